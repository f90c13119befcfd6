"""What a shop's poster says, and how it is read back: pure.

A poster names the shop and nothing else, never an amount. Its QR is an address, `PUBLIC_URL/s/DIGITS`, that any
phone camera opens; the thirteen digits with a check digit (see `base.digits`) stand beneath it for typing. They are
no secret, for they hang on a wall: whatever follows from them has to be believed for other reasons.
"""

import re
from dataclasses import dataclass

from backend.base.digits import read_checked_digits
from backend.base.emvco import is_merchant_code
from backend.base.errors import Refused
from backend.organisations.jpqr import read_jpqr

PATH = "/s/"
SCANNED_MAX_CHARACTERS = 512

_LETTERS = re.compile(r"[^\W\d_]")


class ShopCodeUnreadable(Refused):
    """Neither a poster's code nor a payment sticker's, or mistyped."""


class ShopCodeForeign(Refused):
    """An address of somebody else: perhaps a sticker put over ours."""


@dataclass(frozen=True, slots=True)
class PosterScan:
    digits: str


@dataclass(frozen=True, slots=True)
class StickerScan:
    """`store_id`: 29 digits, see `jpqr`."""

    store_id: str


def shop_code_url(public_url: str, digits: str) -> str:
    return f"{public_url}{PATH}{digits}"


def read_shop_scan(scanned: str, public_url: str) -> PosterScan | StickerScan:
    """A poster's address or typed digits, or a shop's JPQR sticker.

    Full-width digits, spaces and hyphens are as good as plain ones; of addresses only our own is read. Raises
    ShopCodeForeign, ShopCodeUnreadable (also for our own of another kind), JPQR_ERRORS.
    """
    text = scanned.strip()
    # A sticker's text has letters, at least its country's: what only begins like one was typed.
    if is_merchant_code(text) and _LETTERS.search(text):
        return StickerScan(read_jpqr(text)[0])
    prefix = f"{public_url}{PATH}"
    if not text.startswith(f"{public_url}/") and ("/" in text or ":" in text):
        raise ShopCodeForeign(field="scanned")
    digits = read_checked_digits(text.removeprefix(prefix))
    if digits is None:
        raise ShopCodeUnreadable(field="scanned")
    return PosterScan(digits)
