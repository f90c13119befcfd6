"""Messages of the city, written by officers; and those of shops, which the city approves."""

import uuid
from typing import Any

from backend.audiences.rules import AudienceInvalid
from backend.base.errors import SecondPersonRequired
from backend.city.messages.schemas import (
    MESSAGE_EXAMPLE,
    RETURN_EXAMPLE,
    ApproveMessageIn,
    DraftMessageIn,
    MessageEventPage,
    MessageListQuery,
    MessageOut,
    MessagePage,
    MessagePreviewOut,
    ReachOut,
    ReturnMessageIn,
)
from backend.messages import queries, reach, states
from backend.messages.models import Message, MessagePurpose, MessageStatus
from backend.messages.queries import MessageNotFound, TemplateNotFound
from backend.messages.rules import (
    MessageCategoryInvalid,
    MessageLinkForeign,
    MessageParamsInvalid,
    MessageTextRefused,
    MessageTextTooLong,
)
from backend.messages.service import approving, checks, drafting
from backend.messages.service.templates import TemplateNotApproved
from backend.organisations.queries import ShopNotActive
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.messages import city_of, content_of, present_message, present_words
from backend.web.schemas import PageQuery, page_request

face = Face("messages", __name__, url_prefix="/v1/city/messages", description="What is said to many.")

MESSAGE = "/<uuid:message_id>"
CONTENT_ERRORS = (
    AudienceInvalid,
    MessageCategoryInvalid,
    MessageLinkForeign,
    MessageParamsInvalid,
    MessageTextRefused,
    MessageTextTooLong,
    TemplateNotApproved,
    TemplateNotFound,
    checks.AttachmentInvalid,
    checks.MessagePurposeMismatched,
    states.MessageTimesInvalid,
)


@face.operation("GET", "", permission=Permission.READ_MESSAGES, query=MessageListQuery, answer=MessagePage)
def list_messages(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """The city's messages and those of shops, newest first."""
    page = queries.list_messages(
        call.session,
        shop_ids=None,
        statuses=[MessageStatus(query["status"])] if query["status"] else [],
        purpose=MessagePurpose(query["purpose"]) if query["purpose"] else None,
        is_unreviewed=query["unreviewed"],
        region=call.ground.region,
        page=page_request(query),
    )
    return {"items": [present_message(card) for card in page.items], "next_cursor": page.next_cursor}


@face.operation(
    "GET", MESSAGE, permission=Permission.READ_MESSAGES, answer=MessageOut, errors=[MessageNotFound]
)
def get_message(call: Call, message_id: uuid.UUID) -> dict[str, Any]:
    """One message, with its words in the three languages."""
    return present(call, queries.get_message(call.session, message_id=message_id))


@face.operation(
    "POST",
    "",
    permission=Permission.WRITE_MESSAGES,
    body=DraftMessageIn,
    answer=MessageOut,
    status=201,
    errors=CONTENT_ERRORS,
    example=MESSAGE_EXAMPLE,
)
def draft_message(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Draft a message of the city. It is sent once it is reviewed, approved by a second person, and scheduled."""
    message = drafting.draft_message(
        call.session,
        draft=drafting.MessageDraft(**content_of(body)),
        purpose=MessagePurpose.CITY,
        shop_id=None,
        drafted_by=call.staff.staff_id,
        city=city_of(call),
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    "/previews",
    permission=Permission.WRITE_MESSAGES,
    body=DraftMessageIn,
    answer=MessagePreviewOut,
    errors=CONTENT_ERRORS,
    example=MESSAGE_EXAMPLE,
    writes=False,
)
def preview_message(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """How a message of the city would read, and whom it would reach now. Nothing is kept."""
    city = city_of(call)
    draft = drafting.MessageDraft(**content_of(body))
    columns = checks.check_content(
        call.session, content=draft, purpose=MessagePurpose.CITY, shop_id=None, city=city
    )
    message = Message(**columns)
    words = queries.get_words(call.session, message=message, region=city.region)
    mailing = approving.mailing_of(call.session, message=message, city=city)
    return {"words": present_words(words), "reach": _reach(call, mailing)}


@face.operation(
    "PUT",
    MESSAGE,
    permission=Permission.WRITE_MESSAGES,
    body=DraftMessageIn,
    answer=MessageOut,
    errors=[MessageNotFound, states.MessageNotDraft, *CONTENT_ERRORS],
    example=MESSAGE_EXAMPLE,
)
def edit_message(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Write a draft of the city anew."""
    message = drafting.edit_message(
        call.session,
        message_id=message_id,
        draft=drafting.MessageDraft(**content_of(body)),
        shop_ids=None,
        edited_by=call.staff.staff_id,
        city=city_of(call),
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    f"{MESSAGE}/review",
    permission=Permission.WRITE_MESSAGES,
    answer=MessageOut,
    errors=[MessageNotFound, states.MessageNotDraft, AudienceInvalid, checks.AttachmentUnusable],
)
def submit_message(call: Call, message_id: uuid.UUID) -> dict[str, Any]:
    """Submit the draft for review: it is not edited from here on."""
    message = drafting.submit_message(
        call.session,
        message_id=message_id,
        shop_ids=None,
        submitted_by=call.staff.staff_id,
        city=city_of(call),
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    f"{MESSAGE}/return",
    permission=Permission.APPROVE_MESSAGES,
    body=ReturnMessageIn,
    answer=MessageOut,
    errors=[MessageNotFound, states.MessageNotInReview],
    example=RETURN_EXAMPLE,
)
def return_message(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Send back what is in review, of the city or of a shop, to be edited."""
    message = drafting.return_message(
        call.session,
        message_id=message_id,
        returned_by=call.staff.staff_id,
        reason=body["reason"],
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    f"{MESSAGE}/approval",
    permission=Permission.APPROVE_MESSAGES,
    body=ApproveMessageIn,
    answer=MessageOut,
    errors=[
        MessageNotFound,
        states.MessageNotInReview,
        SecondPersonRequired,
        ShopNotActive,
        AudienceInvalid,
        TemplateNotApproved,
        checks.AttachmentUnusable,
        approving.MessageQuotaReached,
        reach.MessageAudienceEmpty,
        reach.MessageConsentMissing,
        reach.MessageMuted,
        reach.MessageDeviceMissing,
    ],
    example={"inbox_is_enough": False},
)
def approve_message(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Approve what somebody else wrote. Refused, with the reason, where nobody would hear of it."""
    message = approving.approve_message(
        call.session,
        message_id=message_id,
        approved_by=call.staff.staff_id,
        is_inbox_enough=body["inbox_is_enough"],
        city=city_of(call),
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "GET",
    f"{MESSAGE}/reach",
    permission=Permission.READ_MESSAGES,
    answer=ReachOut,
    errors=[MessageNotFound, AudienceInvalid],
)
def count_message_reach(call: Call, message_id: uuid.UUID) -> dict[str, Any]:
    """Whom the message would reach, if it were sent now."""
    message = queries.get_message(call.session, message_id=message_id)
    return _reach(call, approving.mailing_of(call.session, message=message, city=city_of(call)))


@face.operation(
    "GET",
    f"{MESSAGE}/events",
    permission=Permission.READ_MESSAGES,
    query=PageQuery,
    answer=MessageEventPage,
    errors=[MessageNotFound],
)
def list_message_events(call: Call, message_id: uuid.UUID, query: dict[str, Any]) -> Any:
    """Who did what when and why, newest first."""
    message = queries.get_message(call.session, message_id=message_id)
    return queries.list_events(call.session, message_id=message.id, page=page_request(query))


def present(call: Call, message: Message) -> dict[str, Any]:
    return present_message(queries.describe_message(call.session, message=message, region=call.ground.region))


def _reach(call: Call, mailing: reach.Mailing) -> dict[str, Any]:
    count = reach.count_reach(call.session, mailing=mailing, terms=call.ground.notice_terms, at=call.at)
    obstacle = reach.obstacle_of(count)
    return {"count": count, "obstacle": obstacle.code if obstacle else None}
