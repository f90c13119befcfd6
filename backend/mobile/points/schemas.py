"""Shapes of balances and entries."""

from marshmallow import fields

from backend.web.schemas import Out, page_of


class ExpiryOut(Out):
    expires_at = fields.AwareDateTime(required=True)
    points = fields.Integer(required=True)


class PointsOut(Out):
    balance_points = fields.Integer(
        required=True, metadata={"description": "Can be spent now; 1 point is 1 yen."}
    )
    pending_points = fields.Integer(required=True, metadata={"description": "Granted, to be spent later."})
    next_expiries = fields.List(
        fields.Nested(ExpiryOut), required=True, metadata={"description": "The five soonest ends."}
    )


class PointsEntryOut(Out):
    transaction_id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"description": "`grant`, `spend` or `lapse`."})
    source_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The purchase, for a grant."}
    )
    amount_points = fields.Integer(required=True, metadata={"description": "Below zero when points left."})
    occurred_at = fields.AwareDateTime(required=True)


PointsEntryPage = page_of(PointsEntryOut)
