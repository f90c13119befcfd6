"""Shapes of a mission's reward codes."""

from marshmallow import fields

from backend.campaigns.rules.missions import QUANTITY_MAX
from backend.campaigns.service.reward_codes import CODES_MAX
from backend.web.schemas import In, Moment, Out, Whole, page_of, text_field

USES_MAX = 100_000


class CreateRewardCodesIn(In):
    count = Whole(
        minimum=1, maximum=CODES_MAX, required=True, metadata={"description": "So many codes, all alike."}
    )
    uses_each = Whole(
        minimum=1,
        maximum=USES_MAX,
        required=True,
        metadata={"description": "1: a one-time code. Of more, each person has one."},
    )
    quantity = Whole(
        minimum=1,
        maximum=QUANTITY_MAX,
        required=True,
        metadata={"description": "What one use counts: hours, times, as the mission does."},
    )
    valid_from = Moment(required=True)
    valid_until = Moment(required=True)
    note = text_field(
        100, load_default=None, allow_none=True, metadata={"description": "For the office: what it is for."}
    )


class ReadableCodeOut(Out):
    id = fields.UUID(required=True)
    code = fields.String(required=True, metadata={"description": "Told this once; we keep only its hash."})


class ReadableCodesOut(Out):
    items = fields.List(fields.Nested(ReadableCodeOut), required=True)


class RewardCodeOut(Out):
    id = fields.UUID(required=True)
    quantity = fields.Integer(required=True)
    uses_limit = fields.Integer(required=True)
    uses_left = fields.Integer(required=True)
    valid_from = fields.AwareDateTime(required=True)
    valid_until = fields.AwareDateTime(required=True)
    note = fields.String(required=True, allow_none=True)
    created_by_staff_id = fields.UUID(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)


RewardCodePage = page_of(RewardCodeOut)
