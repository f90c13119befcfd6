"""Disaster messages: sent by one officer at once, reviewed by a second person afterwards."""

import uuid
from typing import Any

from backend.audiences.rules import AudienceInvalid
from backend.base.errors import SecondPersonRequired
from backend.city.disaster_messages.schemas import (
    DISASTER_EXAMPLE,
    REVIEW_EXAMPLE,
    ReviewDisasterMessageIn,
    SendDisasterMessageIn,
)
from backend.city.messages.routes import present
from backend.city.messages.schemas import MessageOut
from backend.messages import rules, states
from backend.messages.queries import MessageNotFound, TemplateNotFound
from backend.messages.reach import MessageAudienceEmpty
from backend.messages.service import checks, disasters
from backend.messages.service.templates import TemplateNotApproved
from backend.people.permissions import Permission
from backend.people.service.staff import FreshSignInRequired, require_fresh_session
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.messages import city_of

face = Face(
    "disaster-messages",
    __name__,
    url_prefix="/v1/city/disaster-messages",
    description="What cannot wait for a second person.",
)


@face.operation(
    "POST",
    "",
    permission=Permission.SEND_DISASTER_MESSAGES,
    body=SendDisasterMessageIn,
    answer=MessageOut,
    status=201,
    errors=[
        FreshSignInRequired,
        AudienceInvalid,
        MessageAudienceEmpty,
        TemplateNotApproved,
        TemplateNotFound,
        checks.MessagePurposeMismatched,
        rules.DisasterLinkRefused,
        rules.MessageLinkForeign,
        rules.MessageParamsInvalid,
        rules.MessageTextRefused,
        rules.MessageTextTooLong,
    ],
    example=DISASTER_EXAMPLE,
    idempotent=True,
)
def send_disaster_message(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Tell everybody, or a part of the city, at once: past quiet hours and caps. Sign in just before."""
    require_fresh_session(call.session, session_id=call.staff.session_id, at=call.at)
    values = dict(body)
    replaces_key = values.pop("replaces_key")
    message = disasters.send_disaster_message(
        call.session,
        content=disasters.disaster_content(**values),
        replaces_key=replaces_key,
        sent_by=call.staff.staff_id,
        city=city_of(call),
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    "/<uuid:message_id>/review",
    permission=Permission.APPROVE_MESSAGES,
    body=ReviewDisasterMessageIn,
    answer=MessageOut,
    errors=[MessageNotFound, states.MessageReviewNotOpen, SecondPersonRequired],
    example=REVIEW_EXAMPLE,
)
def review_disaster_message(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Read afterwards what somebody else sent, and write down what you found."""
    message = disasters.review_disaster_message(
        call.session,
        message_id=message_id,
        reviewed_by=call.staff.staff_id,
        note=body["note"],
        at=call.at,
    )
    return present(call, message)
