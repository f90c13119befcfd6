"""JPQR, the payment sticker that many shops have already: read to know the shop by it, never made. Pure."""

from backend.base.emvco import MERCHANT_CODE_ERRORS, MerchantCode, MerchantCodeIncomplete, read_merchant_code
from backend.base.errors import Refused

ISSUER = "jp.or.paymentsjapan"
# Template 26: who, which store, which till of it; together they are one sticker's.
PARTS = {"26.01": 13, "26.02": 4, "26.03": 6, "26.04": 6}
STORE_ID_CHARACTERS = sum(PARTS.values())
REQUIRED = ("61", "64", "64.00", "64.01")
YEN, JAPAN = "392", "JP"


class JpqrMissing(Refused):
    """A sound payment code, but not of JPQR."""


JPQR_ERRORS = (JpqrMissing, *MERCHANT_CODE_ERRORS)


def read_jpqr(text: str) -> tuple[str, str]:
    """The 29 digits that JPQR gave a sticker, and the shop's name on it.

    Raises JPQR_ERRORS.
    """
    code = read_merchant_code(text)
    if code.get("26.00") != ISSUER or code.get("53") != YEN or code.get("58") != JAPAN:
        raise JpqrMissing(field="scanned")
    for place in (*PARTS, *REQUIRED):
        if code.get(place) is None:
            raise MerchantCodeIncomplete(field="scanned", place=place)
    return "".join(_digits(code, place) for place in PARTS), code.values["64.01"]


def _digits(code: MerchantCode, place: str) -> str:
    value = code.values[place]
    if len(value) != PARTS[place] or not (value.isascii() and value.isdigit()):
        raise code.malformed(place)
    return value
