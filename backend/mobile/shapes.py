"""Fields that several nouns of this face share."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from backend.people.codes import COUPONS_MAX
from backend.web.schemas import Whole

POINTS_MAX = 9_999_999
ALL_OR_NONE = ("none", "all")


class PointsToSpend(fields.Field[int | str]):
    """ "none", "all", or at most so many."""

    def __init__(self, **kwargs: Any) -> None:
        self._whole = Whole(minimum=1, maximum=POINTS_MAX)
        shape = {
            "oneOf": [
                {"type": "string", "enum": list(ALL_OR_NONE)},
                {"type": "integer", "minimum": 1, "maximum": POINTS_MAX},
            ],
            "description": kwargs.pop("description"),
        }
        super().__init__(metadata=shape, load_default="none", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | str:
        if not isinstance(value, str):
            return int(self._whole.deserialize(value, attr, data))
        if value not in ALL_OR_NONE:
            raise ValidationError("Must be none, all or a whole number.")
        return value


def coupon_ids_field() -> fields.List[Any]:
    return fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=COUPONS_MAX),
        metadata={"description": "Coupons of mine to redeem with this purchase."},
    )
