"""The shape of a rule: when, where, who, what, how much, caps, together, pending, lifetime, stamps, missions.

Shape and bounds only; what contradicts itself the rules refuse. What is loaded is the document as it is kept.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from backend.people.models import AgeBand, Standing
from backend.web.schemas import In, Whole, text_field

POINTS_MAX = 1_000_000
YEN_MAX = 9_999_999
NAMES_MAX = 200
CAPS_MAX = 8
TIERS_MAX = 10
LIFETIME_MAX_DAYS = 1826
PENDING_MAX_DAYS = 365
CARD_MAX = 100
DAY_MIN, DAY_MAX = date(2000, 1, 1), date(2199, 12, 31)


class Id(fields.UUID):
    """A UUID, kept as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(value, attr, data, **kwargs))


class CityDay(fields.Date):
    """A day of this century or the next, kept as text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if not DAY_MIN <= day <= DAY_MAX:
            raise ValidationError("Must be from 2000 to 2199.")
        return day.isoformat()


def flag(description: str) -> fields.Boolean:
    return fields.Boolean(truthy={True}, falsy={False}, metadata={"description": description})


def points_field(description: str) -> Whole:
    return Whole(minimum=1, maximum=POINTS_MAX, metadata={"description": description})


def yen_field(description: str, *, minimum: int = 1, required: bool = False) -> Whole:
    return Whole(minimum=minimum, maximum=YEN_MAX, required=required, metadata={"description": description})


def rate_field(description: str, maximum: int = 1000) -> Whole:
    return Whole(minimum=1, maximum=maximum, metadata={"description": description})


def _no_two_alike(values: Sequence[Any]) -> None:
    if len({str(value) for value in values}) < len(values):
        raise ValidationError("Holds the same thing twice.")


def list_of(inner: fields.Field[Any], description: str, maximum: int = NAMES_MAX) -> fields.List[Any]:
    """Any of them; at least one, or the condition is left out."""
    return fields.List(
        inner,
        validate=[validate.Length(min=1, max=maximum), _no_two_alike],
        metadata={"description": description, "uniqueItems": True},
    )


def one_of(*choices: str, description: str, required: bool = False) -> fields.String:
    return fields.String(
        validate=validate.OneOf(choices), required=required, metadata={"description": description}
    )


class WhenIn(In):
    """All in the city's time."""

    weekdays = list_of(Whole(minimum=0, maximum=6), "0 is Monday.")
    from_minute = Whole(
        minimum=0, maximum=1439, metadata={"description": "Minutes after the city's midnight."}
    )
    until_minute = Whole(
        minimum=0, maximum=1440, metadata={"description": "Half-open; may lie past midnight."}
    )
    month_days = list_of(Whole(minimum=1, maximum=31), "Days of the month, such as 3, 13 and 23.")
    holidays = one_of("only", "never", description="Public holidays only, or never on one.")


class WhereIn(In):
    shop_ids = list_of(Id(), "These shops.")
    excluded_shop_ids = list_of(Id(), "All but these shops.")
    organisation_ids = list_of(Id(), "Shops of these organisations.")
    rings = list_of(text_field(16), "Keys of the region's rings.")
    districts = list_of(text_field(40), "Districts by name.")
    size_classes = list_of(one_of("small", "large", description="A shop's size."), "Sizes of shops.")
    is_locally_owned = flag("Only shops that are locally owned, or only others.")
    shop_tags = list_of(text_field(24), "Shops with any of these tags.")


class WhoIn(In):
    standings = list_of(
        one_of(*[standing.value for standing in Standing], description="As declared."), "Standings."
    )
    must_be_verified = flag("Only declarations that the city's counter has verified.")
    age_bands = list_of(one_of(*[band.value for band in AgeBand], description="As declared."), "Age bands.")
    home_districts = list_of(text_field(40), "Districts where people live.")
    home_rings = list_of(text_field(16), "Rings in which people live.")
    member_list_ids = list_of(Id(), "Members of any of these lists.")
    is_birthday_month = flag("In the month of the person's birth.")
    is_first_purchase = flag("The person's first purchase of all.")
    is_first_visit = flag("The person's first purchase at this shop.")
    days_since_last_purchase = Whole(
        minimum=1, maximum=3650, metadata={"description": "At least so many whole days, at any shop."}
    )


class ProductsIn(In):
    """Lines of the purchase that count as one of these products."""

    gtins = fields.List(
        fields.String(
            validate=validate.Regexp(
                r"^([0-9]{8}|[0-9]{12,14}|[0-9]{2,13}\*)$(?!\n)",
                error="Not a GTIN, nor the beginning of one.",
            )
        ),
        validate=[validate.Length(min=1, max=NAMES_MAX), _no_two_alike],
        metadata={"description": "GTINs, or their beginnings followed by `*`.", "uniqueItems": True},
    )
    product_ids = list_of(Id(), "Products of the register.")
    categories = list_of(text_field(40), "Categories of goods.")
    certifications = list_of(text_field(40), "Certifications of products.")
    origin_rings = list_of(text_field(16), "Rings the products come from.")
    required_count = Whole(
        minimum=1, maximum=999, metadata={"description": "So many pieces; 1 unless given."}
    )


class WhatIn(In):
    minimum_yen = yen_field("The purchase comes to at least so much.")
    below_yen = yen_field("The purchase comes to less than so much.")
    products = fields.List(
        fields.Nested(ProductsIn),
        validate=validate.Length(min=1, max=20),
        metadata={"description": "Groups of products."},
    )
    products_match = one_of("all", "any", description="All groups, or any of them; `all` unless given.")
    excluded_categories = list_of(text_field(40), "Goods of these categories never count.")
    offer_ids = list_of(Id(), "Purchases with which one of these offers is redeemed.")


class RewardTierIn(In):
    from_yen = yen_field("From this amount on.", minimum=0, required=True)
    fixed_points = points_field("Either this or `rate_permille`.")
    rate_permille = rate_field("Of the amount in yen, rounded down.")


class RewardIn(In):
    """For purchases: one of the kinds."""

    rate_permille = rate_field("Of the amount in yen, rounded down.")
    fixed_points = points_field("The same for every purchase.")
    multiplier_permille = rate_field("Of what the base programme awards, on top of it.", maximum=100_000)
    step_yen = yen_field("`step_points` for each full step of so much.")
    step_points = points_field("With `step_yen`.")
    tiers = fields.List(
        fields.Nested(RewardTierIn),
        validate=validate.Length(min=1, max=TIERS_MAX),
        metadata={"description": "The highest tier reached counts."},
    )
    amount = one_of("net", "gross", description="Net of points and discounts, unless `gross`.")
    amount_of = one_of("purchase", "matching_lines", description="Of the whole purchase unless given.")


class CapIn(In):
    per = one_of(
        "purchase",
        "person",
        "person_at_shop",
        "shop",
        required=True,
        description="Whose awards are counted together.",
    )
    within = one_of(
        "day",
        "week",
        "month",
        "fiscal_year",
        "campaign",
        description="In which period; not for `purchase`. Weeks begin on Monday, fiscal years in April.",
    )
    points = Whole(minimum=1, maximum=1_000_000_000, metadata={"description": "Either this or `awards`."})
    awards = Whole(minimum=1, maximum=1_000_000, metadata={"description": "How often."})


class TogetherIn(In):
    mode = one_of(
        "stackable",
        "best",
        "exclusive",
        required=True,
        description="Adds up with all; only the best of its kind; alone beside the base programme.",
    )
    priority = Whole(
        minimum=0,
        maximum=1000,
        metadata={"description": "Higher goes first. No two of one mode that overlap may have the same."},
    )


class PendingIn(In):
    days = Whole(minimum=1, maximum=PENDING_MAX_DAYS, metadata={"description": "Spendable after so many."})
    until = CityDay(metadata={"description": "Spendable from this day on."})


class LifetimeIn(In):
    days = Whole(minimum=1, maximum=LIFETIME_MAX_DAYS, metadata={"description": "Live so long."})
    rounded_to = one_of("month", "quarter", "fiscal_year", description="To the end of it.")
    until = CityDay(metadata={"description": "Until the end of this day; instead of `days`."})


class StampRewardIn(In):
    points = points_field("Either this or `offer_id`.")
    offer_id = Id(metadata={"description": "A coupon of this offer."})


class StampCardIn(In):
    distinct = one_of(
        "shops",
        "districts",
        "products",
        "days",
        required=True,
        description="No two stamps of a card are of the same.",
    )
    target = Whole(
        minimum=1, maximum=CARD_MAX, required=True, metadata={"description": "Stamps that fill a card."}
    )
    repeats = flag("Whether another card follows a full one.")
    cool_down_hours = Whole(
        minimum=1, maximum=8784, metadata={"description": "Hours between two stamps at least."}
    )
    reward = fields.Nested(StampRewardIn, required=True)


class MissionTierIn(In):
    from_quantity = Whole(minimum=1, maximum=1_000_000, required=True)
    points = Whole(minimum=1, maximum=POINTS_MAX, required=True)


class MissionIn(In):
    """Points without a purchase."""

    activity = one_of("event", "volunteering", "health", required=True, description="Of what kind.")
    evidence = one_of("code", "report", required=True, description="A code is redeemed, or it is reported.")
    unit = one_of("times", "hours", "steps", required=True, description="What is counted.")
    tiers = fields.List(
        fields.Nested(MissionTierIn), required=True, validate=validate.Length(min=1, max=TIERS_MAX)
    )


class RuleIn(In):
    """What is left out is no condition. One of `reward`, `stamp_card` and `mission`."""

    when = fields.Nested(WhenIn)
    where = fields.Nested(WhereIn)
    who = fields.Nested(WhoIn)
    what = fields.Nested(WhatIn)
    reward = fields.Nested(RewardIn)
    caps = fields.List(
        fields.Nested(CapIn),
        validate=validate.Length(min=1, max=CAPS_MAX),
        metadata={"description": "All hold; no two of the same kind and period."},
    )
    together = fields.Nested(TogetherIn)
    pending = fields.Nested(PendingIn)
    lifetime = fields.Nested(LifetimeIn, required=True)
    stamp_card = fields.Nested(StampCardIn)
    mission = fields.Nested(MissionIn)


def rings_of(rule: dict[str, Any]) -> list[tuple[str, str]]:
    """(field, key) of each ring that a rule names."""
    what = rule.get("what", {})
    named = [
        ("rule.where.rings", rule.get("where", {}).get("rings", [])),
        ("rule.who.home_rings", rule.get("who", {}).get("home_rings", [])),
        *(
            (f"rule.what.products.{place}.origin_rings", products.get("origin_rings", []))
            for place, products in enumerate(what.get("products", []))
        ),
    ]
    return [(field, key) for field, keys in named for key in keys]
