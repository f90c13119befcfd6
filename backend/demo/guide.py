"""What people are told of the demonstration's accounts."""

from collections.abc import Iterator

import pyotp

from backend.demo.city.accounts import ACCOUNTS, PASSWORD, TOTP_SECRET


def describe_accounts(command: str) -> Iterator[str]:
    """A line each; `command` is how `meguri` was called here."""
    yield f"Demo accounts, all fictional (password {PASSWORD}):"
    for account in ACCOUNTS:
        sign_in = account.email or "an API key"
        yield f"  {account.key:<10} {sign_in:<32} {account.display_name_ja} ({account.display_name_en})"
    code = pyotp.TOTP(TOTP_SECRET).now()
    yield f"  The city office's second factor: secret {TOTP_SECRET}, now {code}"
    yield f"  A token to try the API with: {command} demo token citizen"
