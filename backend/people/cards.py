"""The digits of a paper card: pure.

Twelve of the number, with a check digit after Damm; as a QR code the address of a citizen code. Eight of the serial,
which names the card on a slip that its holder keeps at home and opens nothing. Four of the PIN that its holder chose.
"""

import re
import unicodedata
import uuid
from dataclasses import dataclass

from backend.base.digits import add_check_digit, read_checked_digits
from backend.base.errors import Refused
from backend.base.secrets import Vault

CARD_DIGITS = 12
SERIAL_DIGITS = 8
PIN_TRIES = 5
PIN = re.compile(r"[0-9]{4}")
RUNS = "0123456789012", "9876543210987"


class CardNumberMistyped(Refused):
    """Not so many digits, or they do not fit each other."""


class CardPinWeak(Refused):
    """Not four digits, or four that everybody tries first."""


@dataclass(frozen=True, slots=True)
class CardContext:
    """What reading or printing a card takes besides the card."""

    public_url: str
    vault: Vault


def card_number(vault: Vault, card_id: uuid.UUID) -> str:
    """Derived, so that a card can be printed again while nobody holds it, and its number stands nowhere."""
    drawn = int.from_bytes(vault.keyed_hash("card number", card_id.hex)[:8])
    return add_check_digit(f"{drawn % 10 ** (CARD_DIGITS - 1):0{CARD_DIGITS - 1}}")


def hash_card_number(vault: Vault, number: str) -> bytes:
    return vault.keyed_hash("card", number)


def hash_pin(vault: Vault, card_id: uuid.UUID, pin: str) -> bytes:
    """Keyed by the secret: ten thousand PINs are tried out in no time."""
    return vault.keyed_hash("card pin", f"{card_id.hex} {fold_pin(pin)}")


def fold_pin(pin: str) -> str:
    return unicodedata.normalize("NFKC", pin).strip()


def check_pin(given: str) -> str:
    """A PIN to be chosen. Raises CardPinWeak."""
    pin = fold_pin(given)
    is_guessed = len(set(pin)) == 1 or any(pin in run for run in RUNS)
    if not PIN.fullmatch(pin) or is_guessed:
        raise CardPinWeak(field="pin")
    return pin


def read_card_text(text: str, address: str) -> str:
    """Number or serial, as scanned (an address that begins with `address`) or typed. Raises CardNumberMistyped."""
    digits = read_checked_digits(text.strip().removeprefix(address), (CARD_DIGITS, SERIAL_DIGITS))
    if digits is None:
        raise CardNumberMistyped(field="card")
    return digits
