"""The shape of an audience's description, for every face that takes one.

It is documented here and read by `audiences.rules` alone, whose errors say where (`audience.all[1].district`):
a description can be nested as deep as JSON allows, and only that reader counts.
"""

from collections.abc import Sequence
from typing import Any

from marshmallow import ValidationError, fields, validate

from backend.audiences import conditions as bounds
from backend.audiences.rules import CONDITIONS_MAX, DEPTH_MAX
from backend.base.text import LANGUAGES
from backend.notices.categories import CHOOSABLE
from backend.people.models import AgeBand, ConsentPurpose, Standing
from backend.web.schemas import In, Out, Whole, text_field


def _any_of(
    inner: fields.Field[Any], maximum: int, description: str, *, required: bool = False
) -> fields.List[Any]:
    return fields.List(
        inner,
        required=required,
        validate=validate.Length(min=1, max=maximum),
        metadata={"description": description},
    )


def _ids(maximum: int, description: str, *, required: bool = False) -> fields.List[Any]:
    return _any_of(fields.UUID(), maximum, description, required=required)


def _one_of(choices: Sequence[str]) -> fields.String:
    return fields.String(validate=validate.OneOf(choices))


def _days(description: str, maximum: int = bounds.DAYS_MAX, minimum: int = 1, **kwargs: Any) -> Whole:
    return Whole(minimum=minimum, maximum=maximum, metadata={"description": description}, **kwargs)


class StandingIn(In):
    standings = _any_of(_one_of([*Standing]), len(Standing), "As declared.", required=True)
    verified = fields.Boolean(metadata={"description": "Only what the city's counter has seen proof of."})


class VisitedShopIn(In):
    shop_ids = _ids(bounds.SHOPS_MAX, "At any of these. A shop names itself.", required=True)
    within_days = _days("On that many last days of the city, and today.", required=True)
    at_least_times = Whole(
        minimum=1,
        maximum=bounds.TIMES_MAX,
        metadata={"description": "Purchases, at these shops together; 1 if left out."},
    )


class LastPurchaseIn(In):
    """`never`, or one of the others or both."""

    at_least_days_ago = _days("Nothing was bought since.")
    at_most_days_ago = _days("0 is today.", minimum=0)
    never = fields.Boolean(metadata={"description": "Nothing was ever bought."})
    shop_ids = _ids(bounds.SHOPS_MAX, "At any of these; left out: at any shop. A shop names itself.")


class PointsExpiringIn(In):
    at_least_points = Whole(minimum=1, maximum=bounds.POINTS_MAX, metadata={"description": "1 if left out."})
    within_days = _days(
        "Until the end of that day, counted from today.", bounds.EXPIRING_DAYS_MAX, required=True
    )


class StampProgressIn(In):
    campaign_id = fields.UUID(required=True, metadata={"description": "A campaign with a stamp card."})
    at_least_stamps = Whole(minimum=1, maximum=bounds.STAMPS_MAX, metadata={"description": "1 if left out."})


class BirthdayMonth(fields.Field[Any]):
    """Documented only."""

    def __init__(self) -> None:
        months = {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 12}, "minItems": 1}
        shape = {
            "oneOf": [{"type": "string", "enum": [bounds.CURRENT]}, months],
            "description": "Months, or the current one.",
        }
        super().__init__(metadata=shape)


def _description() -> In:
    """What `not`, `all` and `any` hold: looked up late, for it is the class below."""
    return AudienceIn()


class AudienceIn(In):
    """Who is meant; see AudienceField."""

    all = fields.List(
        fields.Nested(_description),
        validate=validate.Length(min=1),
        metadata={
            "description": f"Each must hold. At most {DEPTH_MAX} levels and {CONDITIONS_MAX} conditions altogether."
        },
    )
    any = fields.List(
        fields.Nested(_description),
        validate=validate.Length(min=1),
        metadata={"description": "One must hold."},
    )
    not_ = fields.Nested(_description, data_key="not", metadata={"description": "It must not hold."})
    district = _any_of(text_field(40), bounds.NAMES_MAX, "Districts where people live, by name.")
    ring = _any_of(text_field(16), bounds.NAMES_MAX, "Rings where people live, by key: see `GET /v1/rings`.")
    standing = fields.Nested(StandingIn)
    age_band = _any_of(_one_of([*AgeBand]), len(AgeBand), "As declared.")
    birthday_month = BirthdayMonth()
    language = _any_of(_one_of(LANGUAGES), len(LANGUAGES), "The language of their app.")
    interest = _any_of(_one_of([*CHOOSABLE]), bounds.NAMES_MAX, "Categories they want to hear of.")
    favourite_shop = _ids(bounds.SHOPS_MAX, "Any of these is a favourite. A shop names itself.")
    visited_shop = fields.Nested(
        VisitedShopIn, metadata={"description": "Purchases that were refunded whole do not count."}
    )
    last_purchase = fields.Nested(LastPurchaseIn, metadata={"description": "In days of the city."})
    member_list = _ids(bounds.LISTS_MAX, "On any of these lists of one's own that are not closed.")
    points_expiring = fields.Nested(PointsExpiringIn, metadata={"description": "Only the city asks for it."})
    stamp_progress = fields.Nested(
        StampProgressIn,
        metadata={
            "description": "A card with so many stamps that is not complete. Only the city asks for it."
        },
    )
    consent = fields.String(
        validate=validate.OneOf([*ConsentPurpose]),
        metadata={"description": "Consents to this purpose. Only the city asks for it."},
    )
    citizens = _ids(
        bounds.CITIZENS_MAX, "These and nobody else. It stands alone, and only the city asks for it."
    )


class AudienceField(fields.Nested):
    """A description as it came: an object. Documented as AudienceIn."""

    def __init__(self, **kwargs: Any) -> None:
        grammar = (
            '`{}` is everybody. Else an object with exactly one key: a condition (`{"district": ["鳥取"]}`), or'
            " `all`, `any` or `not` over more such objects. Of the values in a list, one must hold. What a citizen did"
            " not declare meets no condition."
        )
        super().__init__(AudienceIn, metadata={"description": grammar}, **kwargs)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("Must be an object.")
        return value


def canonical_audience() -> fields.Dict:
    """As an answer tells it."""
    return fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "As `AudienceIn`, in canonical form: flat, in one order, each thing once."},
    )


def _counted(description: str) -> fields.Integer:
    return fields.Integer(required=True, allow_none=True, metadata={"description": description})


class AudienceCountOut(Out):
    """Each of those counted before it."""

    people_count = _counted("Who is meant. Like the others null when so few that a shop is not told.")
    consenting_count = _counted("Of those: who consents to the purpose.")
    reachable_count = _counted("Of those: who has a device that can be reached.")
    unmuted_count = _counted("Of those: who has muted neither the category nor the shop.")
    is_rounded = fields.Boolean(
        required=True, metadata={"description": "Down to tens, as shops are told them."}
    )
    is_suppressed = fields.Boolean(required=True, metadata={"description": "Whether one is null."})


class AudiencePreviewOut(Out):
    audience = canonical_audience()
    description = fields.String(
        required=True, metadata={"description": "In words, as it tells people why they got a message."}
    )
    count = fields.Nested(AudienceCountOut, required=True)


def description_field() -> fields.String:
    return fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "In words; null: it names a ring that the region no longer has."},
    )
