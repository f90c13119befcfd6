"""Shapes of what is done with an approved message."""

from typing import Any

from marshmallow import fields

from backend.web.schemas import In, Moment, text_field


class ScheduleMessageIn(In):
    send_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "null: as it was drafted. At most 60 days ahead; the other times move along."
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


SCHEDULE_EXAMPLE: dict[str, Any] = {"send_at": "2026-07-10T17:30:00+09:00"}
REASON_EXAMPLE: dict[str, Any] = {"reason": "会場が変わったため"}
TESTERS_EXAMPLE: dict[str, Any] = {"member_list_id": "01964f3c-9f4a-7c12-8a3e-5a0d1f0c2b11"}
