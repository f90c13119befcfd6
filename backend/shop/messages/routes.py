"""A shop's advertising by push: written from the city's templates, approved by the city."""

import uuid
from typing import Any

from backend.audiences.counting import AudienceCount, count_audience
from backend.audiences.rules import AudienceInvalid
from backend.base.pages import Page
from backend.messages import queries, states
from backend.messages.models import Message, MessagePurpose, MessageStatus, MessageTemplate, TemplateStatus
from backend.messages.queries import MessageNotFound, TemplateNotFound
from backend.messages.rules import (
    MessageCategoryInvalid,
    MessageLinkForeign,
    MessageParamsInvalid,
    MessageTextRefused,
    MessageTextTooLong,
)
from backend.messages.service import checks, drafting
from backend.messages.service.templates import TemplateNotApproved
from backend.organisations.queries import ShopNotFound
from backend.people.permissions import Permission
from backend.shop.messages.schemas import (
    OWN_MESSAGE_EXAMPLE,
    DraftOwnMessageIn,
    EditOwnMessageIn,
    OwnMessageEventPage,
    OwnMessageListQuery,
    OwnMessageOut,
    OwnMessagePage,
    OwnMessagePreviewOut,
    OwnTemplatePage,
)
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.web.audiences import AudienceCountOut
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.messages import city_of, content_of, present_message, present_words, shown_to_shops
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import PageQuery, page_request

face = Face("messages", __name__, url_prefix="/v1/shop", description="What the shop tells many.")

MESSAGE = "/messages/<uuid:message_id>"
# As for audiences that are counted: whoever asks often enough could tell people apart.
COUNTS_LIMIT = RateLimit("audience_count", "sign_in_attempts", By.TOKEN, factor=3)
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


@face.operation(
    "GET",
    "/message-templates",
    permission=Permission.MANAGE_OWN_MESSAGES,
    query=PageQuery,
    answer=OwnTemplatePage,
)
def list_own_message_templates(call: Call, query: dict[str, Any]) -> Page[MessageTemplate]:
    """The templates that shops may write from."""
    return queries.list_templates(
        call.session,
        purpose=MessagePurpose.SHOPS,
        status=TemplateStatus.APPROVED,
        page=page_request(query),
    )


@face.operation(
    "GET",
    "/messages",
    permission=Permission.MANAGE_OWN_MESSAGES,
    query=OwnMessageListQuery,
    answer=OwnMessagePage,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def list_own_messages(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """My shop's messages, newest first."""
    page = queries.list_messages(
        call.session,
        shop_ids=[choose_shop(call, Permission.MANAGE_OWN_MESSAGES, query["shop_id"])],
        statuses=[MessageStatus(query["status"])] if query["status"] else [],
        region=call.ground.region,
        page=page_request(query),
    )
    return {"items": [_shown(call, card) for card in page.items], "next_cursor": page.next_cursor}


@face.operation(
    "GET",
    MESSAGE,
    permission=Permission.MANAGE_OWN_MESSAGES,
    answer=OwnMessageOut,
    errors=[MessageNotFound],
)
def get_own_message(call: Call, message_id: uuid.UUID) -> dict[str, Any]:
    """One of them, with its words in the three languages."""
    return present(call, own_message(call, message_id))


@face.operation(
    "POST",
    "/messages",
    permission=Permission.MANAGE_OWN_MESSAGES,
    body=DraftOwnMessageIn,
    answer=OwnMessageOut,
    status=201,
    errors=[*CONTENT_ERRORS, ShopNotFound, ShopChoiceRequired],
    example=OWN_MESSAGE_EXAMPLE,
)
def draft_own_message(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Draft a message. It goes to those who want advertising, once the city has approved it."""
    given = dict(body)
    shop_id = choose_shop(call, Permission.MANAGE_OWN_MESSAGES, given.pop("shop_id"))
    message = drafting.draft_message(
        call.session,
        draft=drafting.MessageDraft(**content_of(given)),
        purpose=MessagePurpose.SHOPS,
        shop_id=shop_id,
        drafted_by=call.staff.staff_id,
        city=city_of(call),
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    "/messages/previews",
    permission=Permission.MANAGE_OWN_MESSAGES,
    body=DraftOwnMessageIn,
    answer=OwnMessagePreviewOut,
    errors=[*CONTENT_ERRORS, ShopNotFound, ShopChoiceRequired],
    example=OWN_MESSAGE_EXAMPLE,
    limits=[COUNTS_LIMIT],
    writes=False,
)
def preview_own_message(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """How a message would read, and how many it would reach now. Nothing is kept."""
    given, city = dict(body), city_of(call)
    shop_id = choose_shop(call, Permission.MANAGE_OWN_MESSAGES, given.pop("shop_id"))
    draft = drafting.MessageDraft(**content_of(given))
    columns = checks.check_content(
        call.session, content=draft, purpose=MessagePurpose.SHOPS, shop_id=shop_id, city=city
    )
    message = Message(shop_id=shop_id, **columns)
    words = queries.get_words(call.session, message=message, region=city.region)
    return {"words": present_words(words), "count": _count(call, message)}


@face.operation(
    "PUT",
    MESSAGE,
    permission=Permission.MANAGE_OWN_MESSAGES,
    body=EditOwnMessageIn,
    answer=OwnMessageOut,
    errors=[MessageNotFound, states.MessageNotDraft, *CONTENT_ERRORS],
    example=OWN_MESSAGE_EXAMPLE,
)
def edit_own_message(call: Call, message_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Write a draft anew."""
    message = drafting.edit_message(
        call.session,
        message_id=message_id,
        draft=drafting.MessageDraft(**content_of(body)),
        shop_ids=own_shops(call, Permission.MANAGE_OWN_MESSAGES),
        edited_by=call.staff.staff_id,
        city=city_of(call),
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "POST",
    f"{MESSAGE}/review",
    permission=Permission.MANAGE_OWN_MESSAGES,
    answer=OwnMessageOut,
    errors=[MessageNotFound, states.MessageNotDraft, AudienceInvalid, checks.AttachmentUnusable],
)
def submit_own_message(call: Call, message_id: uuid.UUID) -> dict[str, Any]:
    """Submit the draft to the city: it is not edited from here on."""
    message = drafting.submit_message(
        call.session,
        message_id=message_id,
        shop_ids=own_shops(call, Permission.MANAGE_OWN_MESSAGES),
        submitted_by=call.staff.staff_id,
        city=city_of(call),
        at=call.at,
    )
    return present(call, message)


@face.operation(
    "GET",
    f"{MESSAGE}/reach",
    permission=Permission.MANAGE_OWN_MESSAGES,
    answer=AudienceCountOut,
    errors=[MessageNotFound, AudienceInvalid],
    limits=[COUNTS_LIMIT],
)
def count_own_message_reach(call: Call, message_id: uuid.UUID) -> AudienceCount:
    """How many the message would reach, if it were sent now."""
    return _count(call, own_message(call, message_id))


@face.operation(
    "GET",
    f"{MESSAGE}/events",
    permission=Permission.MANAGE_OWN_MESSAGES,
    query=PageQuery,
    answer=OwnMessageEventPage,
    errors=[MessageNotFound],
)
def list_own_message_events(call: Call, message_id: uuid.UUID, query: dict[str, Any]) -> Any:
    """Who did what when and why, newest first. Figures of people are in tens; `few`: too small to be told."""
    message = own_message(call, message_id)
    shown_from = city_of(call).terms.audience_shown_from
    return queries.list_events(
        call.session, message_id=message.id, page=page_request(query), shown_from=shown_from
    )


def own_message(call: Call, message_id: uuid.UUID) -> Message:
    """Raises MessageNotFound."""
    return queries.get_message(
        call.session,
        message_id=message_id,
        shop_ids=own_shops(call, Permission.MANAGE_OWN_MESSAGES),
    )


def present(call: Call, message: Message) -> dict[str, Any]:
    return _shown(
        call,
        queries.describe_message(call.session, message=message, region=call.ground.region),
    )


def _shown(call: Call, card: queries.MessageCard) -> dict[str, Any]:
    shown = present_message(card)
    return shown | {"recipient_count": shown_to_shops(shown["recipient_count"], city_of(call))}


def _count(call: Call, message: Message) -> AudienceCount:
    """Rounded, and nothing where it is few. Raises AudienceInvalid."""
    city = city_of(call)
    return count_audience(
        call.session,
        audience=checks.audience_of(call.session, message=message, city=city),
        purpose=message.purpose,
        category=message.category,
        shop_id=message.shop_id,
        terms=city.terms,
        at=call.at,
    )
