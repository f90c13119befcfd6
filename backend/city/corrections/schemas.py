"""Shapes of corrections."""

from typing import Any

from marshmallow import fields, validate

from backend.points.models import CorrectionStatus
from backend.web.schemas import In, Out, PageQuery, Whole, page_of, text_field

POINTS_MAX = 1_000_000
LIFETIME_MAX_DAYS = 1826


class ProposeCorrectionIn(In):
    """Exactly one of `purchase_id`, `counter_code` and `account_id` says whose points."""

    purchase_id = fields.UUID(load_default=None)
    counter_code = fields.String(
        load_default=None,
        validate=[validate.Length(equal=8), validate.Regexp("^[0-9]{8}$", error="Eight digits.")],
        metadata={"description": "From the citizen's telephone, at the counter. It is not used up."},
    )
    account_id = fields.UUID(load_default=None)
    funding_account_id = fields.UUID(
        required=True, metadata={"description": "The budget that gives, or gets back."}
    )
    points = Whole(
        minimum=-POINTS_MAX,
        maximum=POINTS_MAX,
        required=True,
        metadata={"description": "Above zero: to the citizen; below: back to the budget. Not zero."},
    )
    lifetime_days = Whole(
        minimum=1,
        maximum=LIFETIME_MAX_DAYS,
        load_default=None,
        metadata={"description": "How long points given live; 365 when left out."},
    )
    reason = text_field(
        400, required=True, metadata={"description": "The citizen reads it. Write no names into it."}
    )


class RejectCorrectionIn(In):
    note = text_field(400, required=True, metadata={"description": "Why not."})


class CorrectionListQuery(PageQuery):
    status = fields.String(
        load_default=None, validate=validate.OneOf([status.value for status in CorrectionStatus])
    )


class CorrectionOut(Out):
    id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    funding_account_id = fields.UUID(required=True)
    points = fields.Integer(required=True)
    lifetime_days = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True)
    status = fields.String(
        required=True, metadata={"description": "`proposed`, `carried_out` or `rejected`."}
    )
    proposed_by_staff_id = fields.UUID(required=True)
    proposed_at = fields.AwareDateTime(required=True)
    decided_by_staff_id = fields.UUID(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_note = fields.String(required=True, allow_none=True)
    transaction_id = fields.UUID(required=True, allow_none=True)


CorrectionPage = page_of(CorrectionOut)

CORRECTION_EXAMPLE: dict[str, Any] = {
    "counter_code": "30518274",
    "funding_account_id": "019dd398-f8d8-7f31-8cac-eb4e39e44f51",
    "points": 120,
    "reason": "レジの不具合で付与されなかったポイント",
}
