"""Shapes of what is done with an approved message."""

from typing import Any

from marshmallow import fields

from backend.messages.models import RecipientStatus
from backend.web.messages import named
from backend.web.schemas import In, Moment, Out, page_of, text_field


class ScheduleMessageIn(In):
    send_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "null: as it was drafted, if that is not over. At most 60 days ahead; the other times move"
            " along."
        },
    )


class MessageReasonIn(In):
    reason = text_field(400, required=True, metadata={"description": "For the record."})


class TestMessageIn(In):
    __test__ = False  # not for pytest
    member_list_id = fields.UUID(
        required=True,
        metadata={"description": "A list of the same sender that one to five testers have joined."},
    )


class HealthOut(Out):
    """People, not devices; of a message that is done, as it was then."""

    recipient_count = fields.Integer(required=True)
    told_count = fields.Integer(required=True, metadata={"description": "By a push or in the inbox."})
    states = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": f"How many are in each state: {named(RecipientStatus)}."},
    )
    failures = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "By state, then by reason: nobody is dropped silently."},
    )
    rescheduled_count = fields.Integer(
        required=True, metadata={"description": "Of those waiting: whom the push service could not take yet."}
    )
    left_unknown_count = fields.Integer(
        required=True, metadata={"description": "Whom a worker that died left behind, however it ended."}
    )
    p50_seconds = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Half were accepted within so many seconds."}
    )
    p95_seconds = fields.Integer(required=True, allow_none=True)
    opened_count = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Times it was opened, by whomever; null where it went to fewer than ten."},
    )
    tapped_count = fields.Integer(required=True, allow_none=True)


class DeadLetterOut(Out):
    """Somebody whom no push reached for certain: a place in the message, nobody's name."""

    position = fields.Integer(required=True)
    status = fields.String(required=True, metadata={"description": "`failed` or `unknown`."})
    failure = fields.String(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    settled_at = fields.AwareDateTime(required=True, allow_none=True)
    may_replay = fields.Boolean(
        required=True,
        metadata={
            "description": "Of unknown fate only where a phone would show one of two; never advertising."
        },
    )


DeadLetterPage = page_of(DeadLetterOut)


class ReplayedOut(Out):
    waiting_count = fields.Integer(required=True, metadata={"description": "How many wait again."})


SCHEDULE_EXAMPLE: dict[str, Any] = {"send_at": "2026-07-10T17:30:00+09:00"}
REASON_EXAMPLE: dict[str, Any] = {"reason": "会場が変わったため"}
TESTERS_EXAMPLE: dict[str, Any] = {"member_list_id": "01964f3c-9f4a-7c12-8a3e-5a0d1f0c2b11"}
