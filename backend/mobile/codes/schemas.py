"""Shapes of the code that a citizen shows at a till."""

from marshmallow import fields, validate

from backend.mobile.shapes import coupon_ids_field
from backend.people.models import CodeScope
from backend.web.schemas import In, Out, PointsToSpend


class OpenMyCodeIn(In):
    scopes = fields.List(
        fields.String(validate=validate.OneOf(list(CodeScope))),
        required=True,
        validate=validate.Length(min=1, max=len(CodeScope)),
        metadata={"description": "What the till may do: `earn` points, `spend` points, redeem a `coupon`."},
    )
    points_to_spend = PointsToSpend(
        description="How many points the till may take: none, all that fit, or at most so many."
    )
    coupon_ids = coupon_ids_field()


class OpenedCodeOut(Out):
    code = fields.String(
        required=True,
        metadata={
            "description": "Thirteen digits in groups, for a clerk to type; the last is a check digit."
        },
    )
    url = fields.String(required=True, metadata={"description": "Show this as a QR code. Told once."})
    expires_at = fields.AwareDateTime(required=True, metadata={"description": "Open a new one before."})
    scopes = fields.List(fields.String(), required=True)
