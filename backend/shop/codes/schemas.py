"""Shapes of till codes."""

from marshmallow import fields

from backend.web.schemas import In, Out, Yen


class IssueTillCodeIn(In):
    amount_yen = Yen(required=True)
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by a clerk who works for several shops."}
    )


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
    earned_points = fields.Integer(required=True, allow_none=True)
