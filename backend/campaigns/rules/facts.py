"""What is known of a purchase when its campaigns are decided."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.base.records import made_often
from backend.organisations.models import EXCLUDED_CATEGORIES


class Need(StrEnum):
    """What must be read for some campaigns besides the shop's own row and the day's counters of the person."""

    SHOP_TAGS = "shop_tags"
    PERSON = "person"
    MEMBER_LISTS = "member_lists"
    HISTORY = "history"  # the person's last purchase at any shop
    FIRST_VISIT = "first_visit"
    CATEGORIES = "categories"  # amounts and categories of the lines, where the purchase has lines
    LINES = "lines"  # all else about them
    WIDER_COUNTERS = "wider_counters"  # of weeks and more, and of shops
    STAMPS = "stamps"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopFacts:
    """`organisation_id` and `tags` are None where nobody read them."""

    id: uuid.UUID
    size_class: str
    is_locally_owned: bool
    ring: str
    organisation_id: uuid.UUID | None = None
    district: str | None = None
    tags: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What the citizen declared, None where they did not; `is_verified`: seen proven at the city's counter."""

    standing: str | None = None
    is_verified: bool = False
    age_band: str | None = None
    home_district: str | None = None
    home_ring: str | None = None
    birth_month: int | None = None
    member_list_ids: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFacts:
    """Before this purchase. `is_first_visit`, of this shop, is None where nobody asked."""

    is_first_purchase: bool
    is_first_visit: bool | None = None
    last_purchase_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """One kind of goods bought; `amount_yen` is for all of its `quantity`."""

    amount_yen: int
    quantity: int = 1
    gtin: str | None = None
    product_id: uuid.UUID | None = None
    category: str | None = None
    certifications: frozenset[str] = frozenset()
    origin_ring: str | None = None


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a rule may look at. `paid_yen`: what is left of `gross_yen` after points and discounts.

    What nobody read is left out; a condition that asks for it does not hold. `lines` name some of what was bought
    or nothing. Goods of `excluded_categories` count for no campaign.
    """

    gross_yen: int
    paid_yen: int
    done_at: datetime
    shop: ShopFacts
    person: PersonFacts | None = None
    history: HistoryFacts | None = None
    lines: tuple[LineFacts, ...] = ()
    redeemed_offer_ids: frozenset[uuid.UUID] = frozenset()
    excluded_categories: frozenset[str] = EXCLUDED_CATEGORIES


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionFacts:
    """Something done without a purchase: `quantity` times, hours or steps, as the mission counts."""

    quantity: int
    done_at: datetime
    person: PersonFacts | None = None
