"""Fields that several nouns of this face share."""

from typing import Any

from marshmallow import fields, validate

from backend.organisations.rules import CLOSES_MAX_MINUTE, MINUTES_A_DAY
from backend.organisations.texts import TAG_MAX_CHARACTERS, TAGS_MAX
from backend.web.schemas import Degrees as Degrees
from backend.web.schemas import In, Out, Query, Whole, text_field

HOURS_MAX = 42
MUNICIPALITY = "Six digits of the national municipality code, the last a check digit; rings follow from it."


def flag(**kwargs: Any) -> fields.Boolean:
    """true or false, and nothing that merely resembles them."""
    return fields.Boolean(truthy={True}, falsy={False}, **kwargs)


def municipality_field(**kwargs: Any) -> fields.String:
    return fields.String(
        validate=validate.Regexp(r"^[0-9]{6}$(?!\n)", error="Six digits."),
        metadata={"description": MUNICIPALITY},
        **kwargs,
    )


def tags_field(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        text_field(TAG_MAX_CHARACTERS),
        validate=validate.Length(max=TAGS_MAX),
        metadata={"description": "Letters and digits of any script with hyphens between, in small letters."},
        **kwargs,
    )


class ShopHoursIn(In):
    weekday = Whole(minimum=0, maximum=6, required=True, metadata={"description": "0 is Monday."})
    opens_minute = Whole(
        minimum=0,
        maximum=MINUTES_A_DAY - 1,
        required=True,
        metadata={"description": "Minutes after midnight in the city."},
    )
    closes_minute = Whole(
        minimum=1,
        maximum=CLOSES_MAX_MINUTE,
        required=True,
        metadata={"description": "Half-open; above 1440 it closes on the next day."},
    )


def hours_field(**kwargs: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(ShopHoursIn), validate=validate.Length(max=HOURS_MAX), **kwargs)


class ShopHoursOut(Out):
    weekday = fields.Integer(required=True, metadata={"description": "0 is Monday."})
    opens_minute = fields.Integer(required=True)
    closes_minute = fields.Integer(
        required=True, metadata={"description": "Half-open; above 1440 it closes on the next day."}
    )


class ShopChoiceQuery(Query):
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by whoever works for several shops."}
    )
