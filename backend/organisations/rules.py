"""Codes with check digits, positions, opening hours and the life of a shop: pure."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from stdnum.jp import cn

from backend.base.clock import in_jst
from backend.base.errors import Conflict, Refused
from backend.people.rules import LoginMalformed, normalise_phone

GTIN_LENGTHS = (8, 12, 13, 14)
IN_STORE_CODE_PATTERN = re.compile(r"[0-9A-Za-z-]{1,20}")

EARTH_RADIUS_METRES = 6_371_008.8
RADIUS_DEFAULT_METRES = 2_000
RADIUS_MAX_METRES = 50_000

MINUTES_A_DAY = 1440
MINUTES_A_WEEK = 7 * MINUTES_A_DAY
CLOSES_MAX_MINUTE = MINUTES_A_DAY + 12 * 60


class MunicipalityCodeInvalid(Refused):
    """Not six digits, or the check digit is wrong, or it names a prefecture."""


class RegistrationNumberInvalid(Refused):
    """Not 13 digits, with or without a T before them."""


class ShopPhoneMalformed(Refused):
    """No telephone number."""


class CorporateNumberInvalid(Refused):
    """Not 13 digits, or the check digit is wrong."""


class ProductCodeMissing(Refused):
    """Neither a GTIN nor a code of the shop's own."""


class GtinInvalid(Refused):
    """Not 8, 12, 13 or 14 digits, or the check digit is wrong."""


class GtinInStore(Refused):
    """A number that every shop may use for something else: it belongs into the shop's own code."""


class InStoreCodeInvalid(Refused):
    """Not 1–20 of 0-9 A-Z a-z and "-", or 13 digits that are no in-store bar code."""


class PositionInvalid(Refused):
    """Half a position, or one that is not on the globe."""


class OpeningHoursInvalid(Refused):
    """A row that no clock can follow; `field` names its part."""


class OpeningHoursOverlapping(Refused):
    """A shop cannot open while it is open; `field` names the row that begins too early."""


class ShopTransitionRefused(Conflict):
    """The shop's status leaves no way for this action."""


# --- Codes ---


def is_digits(text: str, *lengths: int) -> bool:
    """ASCII digits only: `str.isdigit` alone takes full-width and superscript ones too."""
    return len(text) in lengths and text.isascii() and text.isdigit()


def is_municipality_code(code: str) -> bool:
    """The six digits of 全国地方公共団体コード: prefecture 01–47, municipality 100–799, check digit.

    The check digit is the last digit of 11 − ((6a+5b+4c+3d+2e) mod 11). As remainders 0 and 10 both give 1,
    it misses some slips among the codes that end in 1.
    """
    if not is_digits(code, 6) or not ("01" <= code[:2] <= "47" and "100" <= code[2:5] <= "799"):
        return False
    total = sum(weight * int(digit) for weight, digit in zip((6, 5, 4, 3, 2), code[:5], strict=True))
    return int(code[5]) == (11 - total % 11) % 10


def gtin_check(digits: str) -> int:
    """The check digit that follows `digits`: weights 3 and 1 in turn, from the right."""
    total = sum(int(digit) * (1 if index % 2 else 3) for index, digit in enumerate(reversed(digits)))
    return -total % 10


def is_gtin(code: str) -> bool:
    """8, 12, 13 or 14 digits with the right check digit. All zeros, a till's "unknown", is none."""
    return is_digits(code, *GTIN_LENGTHS) and code.strip("0") != "" and gtin_check(code[:-1]) == int(code[-1])


def is_in_store_gtin(code: str) -> bool:
    """A valid GTIN whose meaning each shop decides: 13 digits that begin with 02 or 20–29, 8 with 0 or 2.

    12 digits are 13 without a leading zero; 14 are 13 (check digit apart) with a packing level before them.
    """
    if not is_gtin(code):
        return False
    if len(code) == 8:
        return code[0] in "02"
    item = code[1:] if len(code) == 14 else code.zfill(13)
    return item[0] == "2" or item[:2] == "02"


def is_in_store_code(code: str) -> bool:
    """1–20 of 0-9 A-Z a-z and "-". Thirteen digits are a bar code, which must be an in-store one."""
    if is_digits(code, 13):
        return is_in_store_gtin(code)
    return IN_STORE_CODE_PATTERN.fullmatch(code) is not None


def check_product_codes(*, gtin: str | None, in_store_code: str | None) -> None:
    """At least one. Raises ProductCodeMissing, GtinInvalid, GtinInStore, InStoreCodeInvalid."""
    if gtin is None and in_store_code is None:
        raise ProductCodeMissing(field="gtin")
    if gtin is not None and not is_gtin(gtin):
        raise GtinInvalid(field="gtin")
    if gtin is not None and is_in_store_gtin(gtin):
        raise GtinInStore(field="gtin")
    if in_store_code is not None and not is_in_store_code(in_store_code):
        raise InStoreCodeInvalid(field="in_store_code")


@dataclass(frozen=True, slots=True)
class ProductCodes:
    """As they are kept: `gtin` of 8, 13 or 14 digits, so that each product has one writing."""

    gtin: str | None
    in_store_code: str | None


def read_product_codes(*, gtin: str | None, in_store_code: str | None) -> ProductCodes:
    """As people type them: full-width, the GTIN with hyphens. Raises what `check_product_codes` raises."""
    plain_gtin = None if gtin is None else re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", gtin))
    if plain_gtin is not None and is_gtin(plain_gtin):
        plain_gtin = shortest_gtin(plain_gtin)
    plain_code = None if in_store_code is None else unicodedata.normalize("NFKC", in_store_code).strip()
    check_product_codes(gtin=plain_gtin, in_store_code=plain_code)
    return ProductCodes(plain_gtin, plain_code)


def shortest_gtin(gtin: str) -> str:
    """The same number with 13 digits, or 8 or 14 where it has so many without zeros before it."""
    longest = gtin.zfill(14)
    if longest.startswith("000000"):
        return longest[6:]
    return longest.removeprefix("0") if longest[0] == "0" else longest


def is_corporate_number(number: str) -> bool:
    """A 法人番号, or a 登録番号 (T before it) made of one: 13 digits, the first a check digit."""
    digits = number.removeprefix("T")
    return is_digits(digits, 13) and bool(cn.is_valid(digits))


@dataclass(frozen=True, slots=True)
class RegistrationNumber:
    """`is_corporate` False: a sole proprietor's, which nobody can check, or a slip: warn, do not refuse."""

    digits: str
    is_corporate: bool


def read_registration_number(text: str) -> RegistrationNumber:
    """As people write it: full-width, hyphens, spaces, T or none. Raises RegistrationNumberInvalid."""
    plain = re.sub(r"[\s\-‐‑–−ー]", "", unicodedata.normalize("NFKC", text)).upper()
    digits = plain.removeprefix("T")
    if not is_digits(digits, 13):
        raise RegistrationNumberInvalid(field="registration_number")
    return RegistrationNumber(digits, is_corporate_number(digits))


def read_corporate_number(text: str, *, field: str) -> str:
    """The 13 digits of a 法人番号 as people write it, a T before it or not. Raises CorporateNumberInvalid."""
    try:
        number = read_registration_number(text)
    except RegistrationNumberInvalid as error:
        raise CorporateNumberInvalid(field=field) from error
    if not number.is_corporate:
        raise CorporateNumberInvalid(field=field)
    return number.digits


def read_shop_phone(text: str) -> str:
    """E.164, out of however it is printed. Raises ShopPhoneMalformed."""
    try:
        return normalise_phone(text)
    except LoginMalformed as error:
        raise ShopPhoneMalformed(field="phone") from error


# --- Positions ---


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees, WGS 84. Raises PositionInvalid; NaN is refused with the rest."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not -90 <= self.latitude <= 90:
            raise PositionInvalid(field="latitude")
        if not -180 <= self.longitude <= 180:
            raise PositionInvalid(field="longitude")


def read_position(latitude: float | None, longitude: float | None) -> Position | None:
    """None when neither is given. Raises PositionInvalid for one without the other, or out of range."""
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None:
        raise PositionInvalid(field="latitude" if latitude is None else "longitude")
    return Position(latitude, longitude)


@dataclass(frozen=True, slots=True)
class Circle:
    """Everything at most `radius_metres` from the centre."""

    centre: Position
    radius_metres: int


def read_circle(latitude: float | None, longitude: float | None, radius_metres: int | None) -> Circle | None:
    """None when nothing is given; a centre has a usual radius. Raises PositionInvalid."""
    centre = read_position(latitude, longitude)
    if centre is not None:
        return Circle(centre, radius_metres or RADIUS_DEFAULT_METRES)
    if radius_metres is not None:
        raise PositionInvalid(field="latitude")
    return None


def distance_metres(here: Position, there: Position) -> float:
    """Equirectangular: the longitudes are drawn together by the cosine of the middle latitude.

    Within 0.1 % of the great circle up to 100 km anywhere in Japan (the sphere itself is up to 0.5 % off the
    ellipsoid). Not for positions on either side of the 180th meridian, nor near the poles. Queries use this
    same formula: radius × √(Δlatitude² + (Δlongitude × cos(middle latitude))²), in radians.
    """
    middle = math.radians((here.latitude + there.latitude) / 2)
    north = math.radians(there.latitude - here.latitude)
    east = math.radians(there.longitude - here.longitude) * math.cos(middle)
    return EARTH_RADIUS_METRES * math.hypot(north, east)


# --- Opening hours ---


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """One stretch of a week. Weekday 0 is Monday; minutes after the city's midnight, half-open.

    `closes_minute` over 1440 lies on the next day, up to noon. Raises OpeningHoursInvalid.
    """

    weekday: int
    opens_minute: int
    closes_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise OpeningHoursInvalid(field="weekday")
        if not 0 <= self.opens_minute < MINUTES_A_DAY:
            raise OpeningHoursInvalid(field="opens_minute")
        if not self.opens_minute < self.closes_minute <= CLOSES_MAX_MINUTE:
            raise OpeningHoursInvalid(field="closes_minute")

    @property
    def opens_minute_of_week(self) -> int:
        return self.weekday * MINUTES_A_DAY + self.opens_minute

    @property
    def closes_minute_of_week(self) -> int:
        """Past the week's end for a Sunday night that lasts into Monday."""
        return self.weekday * MINUTES_A_DAY + self.closes_minute


def read_opening_hours(rows: Sequence[Mapping[str, int]]) -> tuple[OpeningHours, ...]:
    """A week out of rows that name the three numbers. Raises OpeningHoursInvalid, OpeningHoursOverlapping."""
    hours = []
    for index, row in enumerate(rows):
        try:
            hours.append(OpeningHours(**row))
        except OpeningHoursInvalid as error:
            raise OpeningHoursInvalid(field=f"hours.{index}.{error.field}") from error
    check_opening_hours(hours)
    return tuple(hours)


def check_opening_hours(hours: Sequence[OpeningHours]) -> None:
    """Raises OpeningHoursOverlapping. Stretches may touch; no night may run into the next day's opening."""
    order = sorted(range(len(hours)), key=lambda index: hours[index].opens_minute_of_week)
    if not order:
        return
    # The week is a circle: the first stretch follows the last, one week on.
    open_until = hours[order[-1]].closes_minute_of_week - MINUTES_A_WEEK
    for index in order:
        if hours[index].opens_minute_of_week < open_until:
            raise OpeningHoursOverlapping(field=f"hours.{index}")
        open_until = hours[index].closes_minute_of_week


def is_open(hours: Sequence[OpeningHours], at: datetime) -> bool:
    """Whether any stretch holds the moment, on the city's clock. Raises ValueError for a naive `at`."""
    if at.tzinfo is None:
        raise ValueError("a naive time has no place in a week")
    here = in_jst(at)
    minute = here.weekday() * MINUTES_A_DAY + here.hour * 60 + here.minute
    return any(
        stretch.opens_minute_of_week <= moment < stretch.closes_minute_of_week
        for stretch in hours
        for moment in (minute, minute + MINUTES_A_WEEK)
    )


# --- The life of a shop ---


class ShopAction(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"


# What is missing here is not allowed; `rejected` and `closed` are final. Statuses are those of `ShopStatus`.
SHOP_TRANSITIONS: Mapping[tuple[str, ShopAction], str] = MappingProxyType(
    {
        ("applied", ShopAction.APPROVE): "active",
        ("applied", ShopAction.REJECT): "rejected",
        ("applied", ShopAction.CLOSE): "closed",
        ("active", ShopAction.SUSPEND): "suspended",
        ("active", ShopAction.CLOSE): "closed",
        ("suspended", ShopAction.RESUME): "active",
        ("suspended", ShopAction.CLOSE): "closed",
    }
)


def next_status(status: str, action: ShopAction) -> str:
    """Raises ShopTransitionRefused."""
    found = SHOP_TRANSITIONS.get((status, action))
    if found is None:
        # Plain text: the parameters end up in a message and in JSON.
        raise ShopTransitionRefused(shop_status=str(status), action=str(action))
    return found
