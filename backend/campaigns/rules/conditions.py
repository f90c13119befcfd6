"""When, where, who and what: the conditions a rule may set. Empty and None mean "no condition"."""

import uuid
from dataclasses import dataclass

from backend.campaigns.rules.parts import (
    RuleContradictory,
    choice,
    flag,
    identity,
    nested,
    part,
    set_of,
    tuple_of,
    whole,
    word,
)

MINUTES_A_DAY = 1440
YEN_MAX = 9_999_999
DAYS_MAX = 3650
COUNT_MAX = 1000
PRODUCTS_MAX = 20

SIZE_CLASSES = ("small", "large")
STANDINGS = ("resident", "worker", "visitor")
AGE_BANDS = ("under_18", "18_29", "30_44", "45_64", "65_74", "75_over")

KEY = word(r"[a-z0-9][a-z0-9_-]{0,39}")
RING = word(r"[a-z0-9_]{1,16}")
NAME = word(r"\S(?:.{0,38}\S)?")
GTINS = word(r"[0-9]{8}|[0-9]{12,14}|[0-9]{2,13}\*")


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Days and hours of the city's clock. Each given condition must hold on the day of the purchase itself.

    Minutes count from midnight, half-open; `until_minute` may lie before `from_minute`, over midnight.
    """

    weekdays: frozenset[int] = part(set_of(whole(0, 6)), default=frozenset())  # 0 is Monday
    from_minute: int | None = part(whole(0, MINUTES_A_DAY - 1), default=None)
    until_minute: int | None = part(whole(0, MINUTES_A_DAY), default=None)
    month_days: frozenset[int] = part(set_of(whole(1, 31)), default=frozenset())
    holidays: str | None = part(choice("only", "never"), default=None)

    def check(self, path: str) -> None:
        is_half = (self.from_minute is None) != (self.until_minute is None)
        if is_half or (self.from_minute is not None and self.from_minute == self.until_minute):
            raise RuleContradictory(field=f"{path}.until_minute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The shop. Each given condition must hold; of the values of one, any."""

    shop_ids: frozenset[uuid.UUID] = part(set_of(identity()), default=frozenset())
    excluded_shop_ids: frozenset[uuid.UUID] = part(set_of(identity()), default=frozenset())
    organisation_ids: frozenset[uuid.UUID] = part(set_of(identity()), default=frozenset())
    rings: frozenset[str] = part(set_of(RING), default=frozenset())
    districts: frozenset[str] = part(set_of(NAME), default=frozenset())
    size_classes: frozenset[str] = part(set_of(choice(*SIZE_CLASSES)), default=frozenset())
    is_locally_owned: bool | None = part(flag(), default=None)
    shop_tags: frozenset[str] = part(set_of(NAME), default=frozenset())

    def check(self, path: str) -> None:
        if self.shop_ids & self.excluded_shop_ids:
            raise RuleContradictory(field=f"{path}.excluded_shop_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """The citizen, as declared or verified. What they did not declare matches no condition.

    `days_since_last_purchase`: at least so many days of the city since the last one at any shop; whoever never
    bought anything has not come back, and is not meant.
    """

    standings: frozenset[str] = part(set_of(choice(*STANDINGS)), default=frozenset())
    must_be_verified: bool = part(flag(), default=False)
    age_bands: frozenset[str] = part(set_of(choice(*AGE_BANDS)), default=frozenset())
    home_districts: frozenset[str] = part(set_of(NAME), default=frozenset())
    home_rings: frozenset[str] = part(set_of(RING), default=frozenset())
    member_list_ids: frozenset[uuid.UUID] = part(set_of(identity()), default=frozenset())
    is_birthday_month: bool | None = part(flag(), default=None)
    is_first_purchase: bool | None = part(flag(), default=None)
    is_first_visit: bool | None = part(flag(), default=None)
    days_since_last_purchase: int | None = part(whole(1, DAYS_MAX), default=None)

    @property
    def asks_for_the_past(self) -> bool:
        return (self.is_first_purchase, self.is_first_visit, self.days_since_last_purchase) != (None,) * 3

    def check(self, path: str) -> None:
        if self.is_first_purchase and self.is_first_visit is False:
            raise RuleContradictory(field=f"{path}.is_first_visit")
        if self.is_first_purchase and self.days_since_last_purchase:
            raise RuleContradictory(field=f"{path}.days_since_last_purchase")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductMatch:
    """Goods of which `required_count` must be bought. A GTIN may end in `*`.

    `gtins` and `product_ids` name goods, either way; category, certification and origin, where given, must hold too.
    """

    gtins: frozenset[str] = part(set_of(GTINS), default=frozenset())
    product_ids: frozenset[uuid.UUID] = part(set_of(identity()), default=frozenset())
    categories: frozenset[str] = part(set_of(KEY), default=frozenset())
    certifications: frozenset[str] = part(set_of(KEY), default=frozenset())
    origin_rings: frozenset[str] = part(set_of(RING), default=frozenset())
    required_count: int = part(whole(1, COUNT_MAX), default=1)

    def check(self, path: str) -> None:
        if not (
            self.gtins or self.product_ids or self.categories or self.certifications or self.origin_rings
        ):
            raise RuleContradictory(field=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """The amount that counts (`minimum_yen` ≤ amount < `below_yen`), the goods, and the coupons used with it."""

    minimum_yen: int | None = part(whole(1, YEN_MAX), default=None)
    below_yen: int | None = part(whole(2, YEN_MAX), default=None)
    products: tuple[ProductMatch, ...] = part(
        tuple_of(nested(ProductMatch), at_most=PRODUCTS_MAX), default=()
    )
    products_match: str = part(choice("all", "any"), default="any")
    excluded_categories: frozenset[str] = part(set_of(KEY), default=frozenset())
    offer_ids: frozenset[uuid.UUID] = part(set_of(identity()), default=frozenset())

    def check(self, path: str) -> None:
        if self.below_yen is not None and self.below_yen <= (self.minimum_yen or 1):
            raise RuleContradictory(field=f"{path}.below_yen")
        wanted = [product.categories for product in self.products if product.categories]
        if any(categories <= self.excluded_categories for categories in wanted):
            raise RuleContradictory(field=f"{path}.excluded_categories")
