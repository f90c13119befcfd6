"""Shapes of till codes."""

from marshmallow import fields

from backend.shop.sales import SaleIn
from backend.web.schemas import Out


class IssueTillCodeIn(SaleIn):
    pass


class TillCodeOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    amount_yen = fields.Integer(required=True)
    issued_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    status = fields.String(
        required=True, metadata={"description": "`open`, `used`, `cancelled` or `expired`."}
    )
    url = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Show this as a QR code. Told once, when the code is issued."},
    )
    purchase_id = fields.UUID(required=True, allow_none=True)
    discount_yen = fields.Integer(required=True, allow_none=True)
    spent_points = fields.Integer(required=True, allow_none=True)
    to_pay_yen = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "What the till still takes in money, once the code is used."},
    )
    earned_points = fields.Integer(required=True, allow_none=True)
