"""Shapes of balances and entries."""

from marshmallow import fields

from backend.web.schemas import Moment, Out, Query, page_of


class ExpiryOut(Out):
    expires_at = fields.AwareDateTime(required=True)
    points = fields.Integer(required=True)


class PointsOut(Out):
    balance_points = fields.Integer(
        required=True, metadata={"description": "Can be spent now; 1 point is 1 yen."}
    )
    pending_points = fields.Integer(required=True, metadata={"description": "Granted, to be spent later."})
    held_points = fields.Integer(required=True, metadata={"description": "Set aside for a till just now."})
    next_expiries = fields.List(
        fields.Nested(ExpiryOut), required=True, metadata={"description": "The five soonest ends."}
    )


class PointsEntryOut(Out):
    transaction_id = fields.UUID(required=True)
    kind = fields.String(
        required=True,
        metadata={"description": "`grant`, `spend`, `lapse`, `return`, `reclaim` or `correct`."},
    )
    source_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={
            "description": "What caused it: a purchase, a refund, a mission's claim, a debt that was repaid."
        },
    )
    amount_points = fields.Integer(required=True, metadata={"description": "Below zero when points left."})
    occurred_at = fields.AwareDateTime(required=True)


PointsEntryPage = page_of(PointsEntryOut)


class PastPointsQuery(Query):
    at = Moment(
        required=True, metadata={"description": "Not in the future. Write `+` in an address as `%2B`."}
    )


class PastPointsOut(Out):
    at = fields.AwareDateTime(required=True)
    balance_points = fields.Integer(
        required=True,
        metadata={"description": "All that was held: what could be spent, and what was still pending."},
    )
