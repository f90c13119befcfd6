"""The shapes of the demonstration data: frozen, units last in a name, days counted from today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from backend.campaigns.rules.rule import Rule
from backend.offers.rules import OfferTerms

Language = Literal["ja", "ja@easy", "en"]
OrganisationKind = Literal["firm", "group", "public_body"]
SizeClass = Literal["small", "large"]
ShopStatus = Literal["applied", "active", "suspended", "closed"]
Ring = Literal["city", "kushiro_area", "kushiro_nemuro", "east_hokkaido", "outside"]
Standing = Literal["resident", "worker", "visitor"]
AgeBand = Literal["under_18", "18_29", "30_44", "45_64", "65_74", "75_over"]
AccountKind = Literal["citizen", "staff", "register"]
CampaignStage = Literal["review", "scheduled", "reported"]
OfferStatus = Literal["draft", "published", "held"]
DrawnShape = Literal["circle", "square", "triangle", "wave", "leaf", "star"]

WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class Municipality:
    """`code`: six digits, the last a check digit. `latitude`, `longitude`: of its main settlement."""

    code: str
    name_ja: str
    name_en: str
    ring: Ring
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Organisation:
    key: str
    name_ja: str
    name_en: str
    kind: OrganisationKind
    municipality_code: str


@dataclass(frozen=True, slots=True)
class OpenHours:
    """One row of a week. `closes_minute` exceeds 1440 where a shop closes after midnight; half-open."""

    weekday: int
    opens_minute: int
    closes_minute: int


@dataclass(frozen=True, slots=True)
class Basket:
    """What one visit costs: log-normal, `spread` being the standard deviation of the natural logarithm."""

    mean_yen: int
    spread: float


@dataclass(frozen=True, slots=True)
class Shop:
    key: str
    organisation_key: str
    name_ja: str
    name_en: str
    description_ja: str
    description_en: str
    municipality_code: str
    district: str
    latitude: float
    longitude: float
    size_class: SizeClass
    locally_owned: bool
    hours: tuple[OpenHours, ...]
    tags: tuple[str, ...]
    basket: Basket
    popularity: float
    status: ShopStatus = "active"


@dataclass(frozen=True, slots=True)
class Product:
    """Carries either a `gtin` (13 digits, prefix 49) or an `in_store_code`, unique in its shop only."""

    key: str
    shop_key: str
    name_ja: str
    name_en: str
    origin_municipality_code: str
    price_yen: int
    gtin: str | None = None
    in_store_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """款, 項, 目, and who bears how much of it, in per mille. It comes anew each fiscal year."""

    key: str
    kan: str
    kou: str
    moku: str
    name: str
    city_permille: int
    shop_permille: int = 0
    chamber_permille: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """A budget of which this share is what purchases before that day earn by the rule: 1000, and it ends there."""

    until_offset_days: int
    used_permille: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A rule and its budget. Days count from today: the first one, and the first one after.

    `budget_points` of one that is fitted is a stand-in. `report`: the words of the closing report.
    """

    key: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    budget_points: int
    budget_line_key: str
    starts_offset_days: int
    ends_offset_days: int
    rule: Rule
    stage: CampaignStage = "scheduled"
    fitting: Fitting | None = None
    premium: Mapping[str, Any] | None = None
    report: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberList:
    """`join_code`: public here; a real one stands on a poster in the shop."""

    key: str
    shop_key: str | None
    name: str
    join_code: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plain ground with one plain shape on it: it resembles no photo."""

    shape: DrawnShape
    ground: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a shop offers. Days count from today, as a campaign's do; it is good from its first day on.

    `taken_count`: coupons that citizens have taken by today, used or not. `also_shop_keys`: good there too.
    """

    key: str
    shop_key: str
    names: Mapping[Language, str]
    descriptions: Mapping[Language, str]
    terms: OfferTerms
    drawing: Drawing | None
    shown_from_days: int
    shown_until_days: int
    good_until_days: int
    tags: tuple[str, ...] = ()
    product_key: str | None = None
    stock: int | None = None
    per_person_limit: int = 1
    taken_count: int = 0
    also_shop_keys: tuple[str, ...] = ()
    member_list_key: str | None = None
    status: OfferStatus = "published"
    # Of one that the city holds.
    held_days_ago: int | None = None
    held_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Who may sign in. A citizen's account names a citizen; a clerk's or a register's a shop."""

    key: str
    kind: AccountKind
    display_name_ja: str
    display_name_en: str
    email: str | None = None
    citizen_key: str | None = None
    shop_key: str | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Habits:
    favourite_shop_keys: tuple[str, ...]
    purchases_per_week: float


@dataclass(frozen=True, slots=True)
class Citizen:
    key: str
    nickname: str
    language: Language
    municipality_of_residence: str | None
    district: str | None
    age_band: AgeBand | None
    birth_month: int | None
    standing: Standing | None
    verified_at_counter: bool
    joined_days_ago: int
    habits: Habits


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    product_key: str
    quantity: int
    unit_price_yen: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """`done_at` is aware UTC. `lines` name some of what was bought: their sum never exceeds `amount_yen`."""

    citizen_key: str
    shop_key: str
    done_at: datetime
    amount_yen: int
    lines: tuple[PurchaseLine, ...] = ()


def hours(week: Mapping[str, str]) -> tuple[OpenHours, ...]:
    """Opening hours as a door plate says them: {"月火": "11:00-14:00 17:00-25:30"} (25:30: past midnight)."""
    rows = [
        OpenHours(WEEKDAYS.index(day), *(_minute(time) for time in span.split("-")))
        for days, spans in week.items()
        for day in days
        for span in spans.split()
    ]
    return tuple(sorted(rows, key=lambda row: (row.weekday, row.opens_minute)))


def _minute(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)
