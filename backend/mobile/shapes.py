"""Fields that several nouns of this face share."""

from typing import Any

from marshmallow import fields, validate

from backend.people.codes import COUPONS_MAX


def coupon_ids_field() -> fields.List[Any]:
    return fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=COUPONS_MAX),
        metadata={"description": "Coupons of mine to redeem with this purchase."},
    )
