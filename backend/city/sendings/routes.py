"""Approved messages on their way: scheduled, tested, stopped, resumed, cancelled."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.city.messages.routes import present
from backend.city.messages.schemas import MessageOut
from backend.city.sendings.schemas import (
    REASON_EXAMPLE,
    SCHEDULE_EXAMPLE,
    TESTERS_EXAMPLE,
    DeadLetterPage,
    HealthOut,
    MessageReasonIn,
    ReplayedOut,
    ScheduleMessageIn,
    TestMessageIn,
)
from backend.messages import dead_letters, states
from backend.messages.health import health_of
from backend.messages.queries import MessageNotFound
from backend.messages.service import checks, running, testing
from backend.notices.engagement import engagement_of
from backend.people.memberships import MemberListNotFound
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.messages import TestSentOut, city_of
from backend.web.schemas import PageQuery, page_request

face = Face(
    "sendings", __name__, url_prefix="/v1/city/messages", description="Messages on their way to many."
)

MESSAGE = "/<uuid:message_id>"


@face.operation(
    "POST",
    f"{MESSAGE}/schedule",
    permission=Permission.WRITE_MESSAGES,
    body=ScheduleMessageIn,
    answer=MessageOut,
    errors=[
        MessageNotFound,
        states.MessageNotApproved,
        states.MessageTimesInvalid,
        checks.AttachmentUnusable,
    ],
    example=SCHEDULE_EXAMPLE,
)
def schedule_message(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Let an approved message of the city begin at its time; once more: at another."""
    message = running.schedule_message(
        call.session,
        message_id=message_id,
        shop_ids=None,
        send_at=body["send_at"],
        scheduled_by=call.staff.staff_id,
        city=city_of(call),
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    f"{MESSAGE}/tests",
    permission=Permission.WRITE_MESSAGES,
    body=TestMessageIn,
    answer=TestSentOut,
    errors=[MessageNotFound, MemberListNotFound, states.MessageNotTestable, testing.TesterListUnfit],
    example=TESTERS_EXAMPLE,
    idempotent=True,
)
def send_message_test(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Send it to the testers on a list, marked as a test: to nobody else."""
    testers = testing.send_test(
        call.session,
        message_id=message_id,
        shop_ids=None,
        list_id=body["member_list_id"],
        sent_by=call.staff.staff_id,
        city=city_of(call),
        at=call.at,
    )
    return {"tester_count": testers}


@face.operation(
    "POST",
    f"{MESSAGE}/stop",
    permission=Permission.STOP_MESSAGES,
    body=MessageReasonIn,
    answer=MessageOut,
    errors=[MessageNotFound, states.MessageNotSending],
    example=REASON_EXAMPLE,
)
def stop_message(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Stop what is being sent, of the city or of a shop. What is handed over this second still arrives."""
    message = running.stop_message(
        call.session,
        message_id=message_id,
        shop_ids=None,
        stopped_by=call.staff.staff_id,
        reason=body["reason"],
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    f"{MESSAGE}/resume",
    permission=Permission.STOP_MESSAGES,
    answer=MessageOut,
    errors=[MessageNotFound, states.MessageNotStopped],
)
def resume_message(call: Call, message_id: uuid.UUID) -> dict[str, Any]:
    """Go on with a stopped message: nobody is left out, nobody is told twice."""
    message = running.resume_message(
        call.session, message_id=message_id, shop_ids=None, resumed_by=call.staff.staff_id, at=call.at
    )
    return present(call, message)


@face.operation(
    "POST",
    f"{MESSAGE}/cancellation",
    permission=Permission.STOP_MESSAGES,
    body=MessageReasonIn,
    answer=MessageOut,
    errors=[MessageNotFound, states.MessageNotCancellable],
    example=REASON_EXAMPLE,
)
def cancel_message(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Give a message up before it is begun; of one that was stopped, leave it at those who were told."""
    message = running.cancel_message(
        call.session,
        message_id=message_id,
        shop_ids=None,
        cancelled_by=call.staff.staff_id,
        reason=body["reason"],
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "GET",
    f"{MESSAGE}/health",
    permission=Permission.READ_MESSAGES,
    answer=HealthOut,
    errors=[MessageNotFound],
)
def get_message_health(call: Call, message_id: uuid.UUID) -> dict[str, Any]:
    """How the sending goes, or went: by state, by reason, how long it took; opens and taps in sum."""
    found = health_of(call.session, message_id=message_id)
    engagement = engagement_of(call.session, circular_id=message_id)
    # Of fewer readers it would be known who they are.
    is_shown = found.recipients >= city_of(call).terms.audience_shown_from
    return {
        "recipient_count": found.recipients,
        "told_count": found.told,
        "states": found.states,
        "failures": found.failures,
        "rescheduled_count": found.rescheduled,
        "left_unknown_count": found.left_unknown,
        "p50_seconds": found.p50_seconds,
        "p95_seconds": found.p95_seconds,
        "opened_count": engagement.opened if is_shown else None,
        "tapped_count": engagement.tapped if is_shown else None,
    }


@face.operation(
    "GET",
    f"{MESSAGE}/dead-letters",
    permission=Permission.READ_MESSAGES,
    query=PageQuery,
    answer=DeadLetterPage,
    errors=[MessageNotFound],
)
def list_message_dead_letters(
    call: Call, message_id: uuid.UUID, query: dict[str, Any]
) -> Page[dead_letters.DeadLetter]:
    """Whom no push reached for certain, and why: no names, no targets."""
    return dead_letters.list_dead_letters(
        call.session, message_id=message_id, page=page_request(query), at=call.at
    )


@face.operation(
    "POST",
    f"{MESSAGE}/dead-letters/replay",
    permission=Permission.STOP_MESSAGES,
    answer=ReplayedOut,
    errors=[MessageNotFound, dead_letters.MessageNotReplayable, dead_letters.ReplayTooLate],
)
def replay_message_dead_letters(call: Call, message_id: uuid.UUID) -> dict[str, int]:
    """Try once more whom no push reached. Consent and quiet hours hold as ever."""
    waiting = dead_letters.replay_dead_letters(
        call.session, message_id=message_id, by=call.staff.staff_id, at=call.at
    )
    return {"waiting_count": waiting}
