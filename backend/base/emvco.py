"""Payment codes on a merchant's sticker, as EMVCo writes them: read whole, or refused with the place. Pure.

A text of elements, each an id of two digits, the length of its value in characters (not bytes) as two digits, and
the value. Some values are such texts themselves. The last element, 63, is a checksum over the UTF-8 bytes of
everything before its value.
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backend.base.errors import Refused

MAX_CHARACTERS = 512
BEGINNING = "000201"
CHECKSUM = "63"
CHECKSUM_CHARACTERS = 4

# Values that hold elements: account information, additional data, the merchant in another language, what others made.
TEMPLATES = frozenset({*(f"{number:02}" for number in (*range(26, 52), *range(80, 100))), "62", "64"})
ACCOUNTS = frozenset(f"{number:02}" for number in range(2, 52))
REQUIRED = ("52", "53", "58", "59", "60", CHECKSUM)
VALUES = {
    "00": re.compile("01"),
    "01": re.compile("1[12]"),
    "52": re.compile("[0-9]{4}"),
    "53": re.compile("[0-9]{3}"),
    "54": re.compile(r"[0-9.]{1,13}"),
    "58": re.compile("[A-Z]{2}"),
    "59": re.compile(".{1,25}"),
    "60": re.compile(".{1,15}"),
    "61": re.compile(".{1,10}"),
    CHECKSUM: re.compile("[0-9A-Fa-f]{4}"),
}

_TWO_DIGITS = re.compile("[0-9]{2}")


class MerchantCodeTooLong(Refused):
    """More than 512 characters."""


class MerchantCodeMalformed(Refused):
    """An id, a length or a value does not fit; `place` is the path of ids, `position` counts characters from 1."""


class MerchantCodeIncomplete(Refused):
    """An element is missing that each such code has; `place` is its id."""


class MerchantCodeDamaged(Refused):
    """The checksum does not fit the rest."""


MERCHANT_CODE_ERRORS = (
    MerchantCodeTooLong,
    MerchantCodeMalformed,
    MerchantCodeIncomplete,
    MerchantCodeDamaged,
)


@dataclass(frozen=True, slots=True)
class MerchantCode:
    """Path of ids (`26` and, within it, `26.00`) → value, and → where it begins, counted from 1."""

    values: Mapping[str, str]
    positions: Mapping[str, int]

    def get(self, place: str) -> str | None:
        return self.values.get(place)

    def malformed(self, place: str) -> MerchantCodeMalformed:
        """For whoever knows more of a value than that it is one."""
        return MerchantCodeMalformed(field="scanned", place=place, position=self.positions[place])


def is_merchant_code(text: str) -> bool:
    """Whether it begins as all of them do; it may still be broken."""
    return text.startswith(BEGINNING)


def read_merchant_code(text: str) -> MerchantCode:
    """Raises MERCHANT_CODE_ERRORS."""
    if len(text) > MAX_CHARACTERS:
        raise MerchantCodeTooLong(field="scanned", maximum=MAX_CHARACTERS)
    if not is_merchant_code(text):
        raise MerchantCodeMalformed(field="scanned", place="00", position=1)
    values: dict[str, str] = {}
    positions: dict[str, int] = {}
    for place, value, position in _elements(text):
        if place in values or CHECKSUM in values or not _is_sound(place, value):
            raise MerchantCodeMalformed(field="scanned", place=place, position=position)
        values[place], positions[place] = value, position
    _check_sum(text, values)
    for place in REQUIRED:
        if place not in values:
            raise MerchantCodeIncomplete(field="scanned", place=place)
    if not ACCOUNTS & values.keys():
        raise MerchantCodeIncomplete(field="scanned", place="02-51")
    return MerchantCode(values, positions)


def checksum(text: str) -> str:
    """CRC-16/CCITT-FALSE over the UTF-8 bytes, four capital hexadecimal digits."""
    return f"{binascii.crc_hqx(text.encode('utf-8', 'surrogatepass'), 0xFFFF):04X}"


def _elements(text: str, before: str = "", offset: int = 0) -> Iterator[tuple[str, str, int]]:
    """Place, value, position; a template first, then what it holds. Raises MerchantCodeMalformed."""
    start = 0
    while start < len(text):
        tag, length = text[start : start + 2], text[start + 2 : start + 4]
        position, place = offset + start + 1, f"{before}{tag}"
        if not _TWO_DIGITS.fullmatch(tag):
            raise MerchantCodeMalformed(field="scanned", place=before.rstrip(".") or "-", position=position)
        end = start + 4 + int(length) if _TWO_DIGITS.fullmatch(length) else start
        if not start + 4 < end <= len(text):
            raise MerchantCodeMalformed(field="scanned", place=place, position=position)
        value = text[start + 4 : end]
        yield place, value, position
        if not before and tag in TEMPLATES:
            yield from _elements(value, f"{tag}.", offset + start + 4)
        start = end


def _is_sound(place: str, value: str) -> bool:
    return place not in VALUES or VALUES[place].fullmatch(value) is not None


def _check_sum(text: str, values: Mapping[str, str]) -> None:
    """One that is missing is another matter. Raises MerchantCodeDamaged."""
    told = values.get(CHECKSUM)
    if told is not None and told.upper() != checksum(text[:-CHECKSUM_CHARACTERS]):
        raise MerchantCodeDamaged(field="scanned")
