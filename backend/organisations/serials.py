"""How the number on a package is made, written and read: pure.

Thirteen digits with a check digit (see `base.digits`), as a QR an address, `PUBLIC_URL/t/DIGITS`. They follow from
the batch's salt, the secret key and how many were drawn before, so that a sheet can be printed again although only
hashes are kept.
"""

import hashlib
import hmac

from stdnum import damm

from backend.base.digits import RANDOM_DIGITS, read_checked_digits
from backend.base.errors import Refused
from backend.base.secrets import Vault

PATH = "/t/"
PURPOSE = "product serial"
SCANNED_MAX_CHARACTERS = 512
QUANTITY_MAX = 480
LABELS_A_SHEET = 24
SHEETS_MAX = QUANTITY_MAX // LABELS_A_SHEET


class SerialMistyped(Refused):
    """Not thirteen digits, or they do not fit each other."""


class SerialForeign(Refused):
    """An address of somebody else: perhaps a sticker put over ours."""


def serial_url(public_url: str, digits: str) -> str:
    return f"{public_url}{PATH}{digits}"


def read_serial(scanned: str, public_url: str) -> str:
    """The thirteen digits of what was scanned or typed. Raises SerialForeign, SerialMistyped."""
    text = scanned.strip()
    prefix = f"{public_url}{PATH}"
    if not text.startswith(prefix) and ("/" in text or ":" in text):
        raise SerialForeign(field="scanned")
    digits = read_checked_digits(text.removeprefix(prefix))
    if digits is None:
        raise SerialMistyped(field="scanned")
    return digits


def draw_serial(vault: Vault, salt: bytes, draw: int) -> str:
    """The same digits for the same batch and draw, and nobody without the secret key can tell them."""
    key = vault.derive(PURPOSE, salt)
    number = int.from_bytes(hmac.digest(key, draw.to_bytes(4, "big"), hashlib.sha256), "big")
    digits = f"{number % 10**RANDOM_DIGITS:0{RANDOM_DIGITS}}"
    return digits + str(damm.calc_check_digit(digits))


def hash_serial(vault: Vault, digits: str) -> bytes:
    """Keyed by the secret: a million million numbers could be tried out on a plain hash."""
    return vault.keyed_hash(PURPOSE, digits)
