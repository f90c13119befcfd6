"""Secrets: bearer tokens of which only a hash is stored, and a vault of what must be read again."""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.base.errors import Unavailable

TOKEN_BYTES = 32
READABLE = "234679ACDEFGHJKMNPQRTWXY"


class SealUnreadable(Unavailable):
    """SECRET_KEY is not the one this was sealed with; only the operator can mend that."""


def new_token(prefix: str) -> str:
    """A bearer token; the prefix lets a leaked one be recognised (`mgc_`, `mgs_`, `mgk_`)."""
    return f"{prefix}_{secrets.token_urlsafe(TOKEN_BYTES)}"


def hash_token(token: str) -> bytes:
    """SHA-256: enough for a random token, and quick on every request."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def new_digits(count: int = 6) -> str:
    """A code a person can type."""
    return "".join(secrets.choice("0123456789") for _ in range(count))


def new_readable_code(count: int = 8) -> str:
    """A code for posters: capitals and digits that nobody takes for each other (no 0 O, 1 I L, 2 Z, …)."""
    return "".join(secrets.choice(READABLE) for _ in range(count))


class Vault:
    """Everything derived from the one configured secret key."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()
        # Derived keys never change, and deriving one costs more than using it.
        self._derived: dict[tuple[str, bytes], bytes] = {}
        self._fernet = Fernet(base64.urlsafe_b64encode(self.derive("seal", b"meguri")))

    def derive(self, purpose: str, salt: bytes) -> bytes:
        """32 bytes for one purpose: a stolen table of salts alone is worth nothing."""
        found = self._derived.get((purpose, salt))
        if found is None:
            key = HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose.encode())
            found = self._derived[purpose, salt] = key.derive(self._secret)
        return found

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        """32 bytes for a text of which there are few enough to be tried out on a plain hash."""
        return hmac.digest(
            self.derive(purpose, b"meguri"), text.encode("utf-8", "surrogatepass"), hashlib.sha256
        )

    def seal(self, value: bytes) -> bytes:
        return self._fernet.encrypt(value)

    def open(self, sealed: bytes) -> bytes:
        """Raises SealUnreadable when it was sealed under another secret key."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise SealUnreadable from error
