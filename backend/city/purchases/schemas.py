"""Shapes of explanations."""

from marshmallow import fields

from backend.web.schemas import Out


class ExplainedLeftOut(Out):
    code = fields.String(required=True, metadata={"example": "day_points"})
    left = fields.Integer(required=True)
    texts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ExplainedVerdictOut(Out):
    campaign_id = fields.UUID(required=True)
    campaigns = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata={"description": "Its names."}
    )
    version = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of its conditions, as they were then."}
    )
    code = fields.String(required=True, metadata={"example": "outside_hours"})
    points = fields.Integer(required=True)
    texts = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "Language → text, as the citizen reads it."},
    )
    left = fields.List(fields.Nested(ExplainedLeftOut), required=True)


class ExplainedPurchaseOut(Out):
    id = fields.UUID(required=True)
    shop = fields.String(required=True)
    amount_yen = fields.Integer(required=True)
    to_pay_yen = fields.Integer(required=True)
    refunded_yen = fields.Integer(required=True)
    done_at = fields.AwareDateTime(required=True)
    earned_points = fields.Integer(required=True)
    verdicts = fields.List(fields.Nested(ExplainedVerdictOut), required=True)
