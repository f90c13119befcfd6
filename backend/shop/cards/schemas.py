"""Shapes of paper cards at a till."""

from marshmallow import fields

from backend.people.codes import TEXT_MAX_CHARACTERS
from backend.web.schemas import In, Out, PointsToSpend, text_field


class OpenCardCodeIn(In):
    card = text_field(
        TEXT_MAX_CHARACTERS,
        required=True,
        metadata={"description": "The card as scanned, or its twelve digits as typed."},
    )
    pin = text_field(16, required=True, metadata={"description": "Four digits, typed by the holder."})
    points_to_spend = PointsToSpend(
        description="`none`: only tell what there is. Else a code for one sale that spends all, or at most so many."
    )


class OpenedCardCodeOut(Out):
    serial = fields.String(required=True)
    balance_points = fields.Integer(required=True)
    pending_points = fields.Integer(required=True)
    held_points = fields.Integer(required=True)
    code = fields.String(
        required=True, allow_none=True, metadata={"description": "Send it as `citizen_code` with the sale."}
    )
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
