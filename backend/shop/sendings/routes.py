"""A shop's approved messages on their way: scheduled, tested, stopped, resumed, cancelled."""

import uuid
from typing import Any

from backend.messages import states
from backend.messages.health import health_of
from backend.messages.models import RecipientStatus
from backend.messages.queries import MessageNotFound
from backend.messages.service import checks, running, testing
from backend.notices.engagement import engagement_of
from backend.organisations.queries import ShopNotActive
from backend.people.memberships import MemberListNotFound
from backend.people.permissions import Permission
from backend.shop.messages.routes import own_message, present
from backend.shop.messages.schemas import (
    OWN_REASON_EXAMPLE,
    OWN_SCHEDULE_EXAMPLE,
    OWN_TESTERS_EXAMPLE,
    OwnHealthOut,
    OwnMessageOut,
    OwnMessageReasonIn,
    ScheduleOwnMessageIn,
    TestOwnMessageIn,
)
from backend.shop.scope import own_shops
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.messages import TestSentOut, city_of, shown_to_shops
from backend.web.rate_limits import By, RateLimit

face = Face(
    "sendings", __name__, url_prefix="/v1/shop/messages", description="The shop's messages on their way."
)

MESSAGE = "/<uuid:message_id>"


@face.operation(
    "POST",
    f"{MESSAGE}/schedule",
    permission=Permission.MANAGE_OWN_MESSAGES,
    body=ScheduleOwnMessageIn,
    answer=OwnMessageOut,
    errors=[
        MessageNotFound,
        states.MessageNotApproved,
        states.MessageTimesInvalid,
        ShopNotActive,
        checks.AttachmentUnusable,
    ],
    example=OWN_SCHEDULE_EXAMPLE,
)
def schedule_own_message(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Let an approved message begin at its time; once more: at another."""
    message = running.schedule_message(
        call.session,
        message_id=message_id,
        shop_ids=own_shops(call, Permission.MANAGE_OWN_MESSAGES),
        send_at=body["send_at"],
        scheduled_by=call.staff.staff_id,
        city=city_of(call),
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    f"{MESSAGE}/tests",
    permission=Permission.MANAGE_OWN_MESSAGES,
    body=TestOwnMessageIn,
    answer=TestSentOut,
    errors=[
        MessageNotFound,
        MemberListNotFound,
        ShopNotActive,
        states.MessageNotTestable,
        testing.TesterListUnfit,
    ],
    example=OWN_TESTERS_EXAMPLE,
    limits=[RateLimit("test_message", "sign_in_attempts", By.TOKEN)],
    idempotent=True,
)
def send_own_message_test(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Send it, marked as a test, to the testers on a list of mine who want advertising: to nobody else."""
    testers = testing.send_test(
        call.session,
        message_id=message_id,
        shop_ids=own_shops(call, Permission.MANAGE_OWN_MESSAGES),
        list_id=body["member_list_id"],
        sent_by=call.staff.staff_id,
        city=city_of(call),
        at=call.at,
    )
    return {"tester_count": testers}


@face.operation(
    "POST",
    f"{MESSAGE}/stop",
    permission=Permission.MANAGE_OWN_MESSAGES,
    body=OwnMessageReasonIn,
    answer=OwnMessageOut,
    errors=[MessageNotFound, states.MessageNotSending],
    example=OWN_REASON_EXAMPLE,
)
def stop_own_message(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Stop what is being sent. What is handed over this second still arrives."""
    message = running.stop_message(
        call.session,
        message_id=message_id,
        shop_ids=own_shops(call, Permission.MANAGE_OWN_MESSAGES),
        stopped_by=call.staff.staff_id,
        reason=body["reason"],
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    f"{MESSAGE}/resume",
    permission=Permission.MANAGE_OWN_MESSAGES,
    answer=OwnMessageOut,
    errors=[MessageNotFound, states.MessageNotStopped, running.MessageStoppedByCity],
)
def resume_own_message(call: Call, message_id: uuid.UUID) -> dict[str, Any]:
    """Go on with what the shop stopped itself: nobody is left out, nobody is told twice."""
    message = running.resume_message(
        call.session,
        message_id=message_id,
        shop_ids=own_shops(call, Permission.MANAGE_OWN_MESSAGES),
        resumed_by=call.staff.staff_id,
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    f"{MESSAGE}/cancellation",
    permission=Permission.MANAGE_OWN_MESSAGES,
    body=OwnMessageReasonIn,
    answer=OwnMessageOut,
    errors=[MessageNotFound, states.MessageNotCancellable],
    example=OWN_REASON_EXAMPLE,
)
def cancel_own_message(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Give a message up before it is begun; of one that was stopped, leave it at those who were told."""
    message = running.cancel_message(
        call.session,
        message_id=message_id,
        shop_ids=own_shops(call, Permission.MANAGE_OWN_MESSAGES),
        cancelled_by=call.staff.staff_id,
        reason=body["reason"],
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "GET",
    f"{MESSAGE}/health",
    permission=Permission.MANAGE_OWN_MESSAGES,
    answer=OwnHealthOut,
    errors=[MessageNotFound],
)
def get_own_message_health(call: Call, message_id: uuid.UUID) -> dict[str, Any]:
    """How the sending goes, or went: numbers too small to hide anybody are not told."""
    message, city = own_message(call, message_id), city_of(call)
    found = health_of(call.session, message_id=message.id)
    engagement = engagement_of(call.session, circular_id=message.id)
    return {
        "recipient_count": shown_to_shops(found.recipients, city),
        "told_count": shown_to_shops(found.told, city),
        "accepted_count": shown_to_shops(found.states.get(RecipientStatus.ACCEPTED, 0), city),
        "opened_count": shown_to_shops(engagement.opened, city),
        "tapped_count": shown_to_shops(engagement.tapped, city),
    }
