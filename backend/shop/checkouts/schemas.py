"""Shapes of checkouts."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from backend.shop.purchases.schemas import CitizenSaleIn
from backend.shop.sales import lines_field
from backend.web.schemas import In, Out, Yen


class OpenCheckoutIn(CitizenSaleIn):
    pass


class CompleteCheckoutIn(In):
    """Left out: as it was opened."""

    amount_yen = Yen(load_default=None, metadata={"description": "If it became less on the way."})
    lines = lines_field(load_default=None)

    @validates_schema
    def _sum_is_given(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["lines"] is not None and data["amount_yen"] is None:
            raise ValidationError("Missing data for required field.", "amount_yen")


class CheckoutOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    status = fields.String(
        required=True, metadata={"description": "`open`, `completed`, `cancelled` or `expired`."}
    )
    amount_yen = fields.Integer(required=True)
    discount_yen = fields.Integer(required=True)
    held_points = fields.Integer(required=True)
    to_pay_yen = fields.Integer(required=True, metadata={"description": "What the till takes in money."})
    earned_points = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Foreseen when it was opened."}
    )
    opened_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True, metadata={"description": "Then the points are free."})
    purchase_id = fields.UUID(required=True, allow_none=True)
