"""Reads of templates and messages."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.audiences.counting import shown_to_shops
from backend.audiences.describing import Names, describe
from backend.audiences.queries import find_names
from backend.audiences.rules import Audience, AudienceInvalid, read_audience
from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page, small_whole
from backend.base.text import LANGUAGES, text
from backend.campaigns.models import Campaign
from backend.messages.models import (
    Message,
    MessageAct,
    MessageEvent,
    MessagePurpose,
    MessageRecipient,
    MessageStatus,
    MessageTemplate,
    RecipientStatus,
    TemplateStatus,
)
from backend.messages.rules import RenderedMessage, render_message, shop_sender_names
from backend.notices.kinds import AttachmentKind
from backend.offers.models import Offer
from backend.organisations.models import Shop
from backend.organisations.regions import Region
from backend.people.models import Staff

# Who was heard less in so many days comes first where caps bind.
HEARD_DAYS = 28
# Whose reasons the program words, with figures of people.
COUNTING_ACTS = (MessageAct.DONE.value, MessageAct.REPLAYED.value)
# What a shop is told where all figures are too small.
FEW = "few"
_FIGURE = re.compile(r"(.* )?(\d+)")


class TemplateNotFound(NotFound):
    pass


class MessageNotFound(NotFound):
    pass


def get_template(session: Session, *, slug: str, version: int, lock: bool = False) -> MessageTemplate:
    """Raises TemplateNotFound."""
    query = select(MessageTemplate).where(MessageTemplate.slug == slug, MessageTemplate.version == version)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise TemplateNotFound
    return found


def get_message(
    session: Session,
    *,
    message_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID] | None = None,
    lock: bool = False,
) -> Message:
    """One of these shops; None: anybody's. Raises MessageNotFound."""
    query = select(Message).where(Message.id == message_id)
    if shop_ids is not None:
        query = query.where(Message.shop_id.in_(shop_ids))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise MessageNotFound
    return found


def get_own_message(
    session: Session, *, message_id: uuid.UUID, shop_ids: Sequence[uuid.UUID] | None, lock: bool = False
) -> Message:
    """One of these shops; None: one of the city's own. Raises MessageNotFound."""
    found = get_message(session, message_id=message_id, shop_ids=shop_ids, lock=lock)
    if shop_ids is None and found.shop_id is not None:
        raise MessageNotFound
    return found


def get_sender_names(
    session: Session, *, shop_id: uuid.UUID | None, city_names: Mapping[str, str]
) -> dict[str, str]:
    """By language: the shop's, or (without one) the city's; see `Region.city_names`."""
    if shop_id is None:
        return dict(city_names)
    row = session.execute(select(Shop.name_ja, Shop.name_en).where(Shop.id == shop_id)).one()
    return shop_sender_names(row.name_ja, row.name_en)


@dataclass(frozen=True, slots=True)
class MessageCard:
    """A message with its words as they would be sent now, or were."""

    message: Message
    words: RenderedMessage


@dataclass(frozen=True, slots=True)
class EventRow:
    id: uuid.UUID
    act: str
    from_status: str | None
    to_status: str
    by_staff_id: uuid.UUID | None
    by: str | None
    at: datetime
    reason: str | None


def list_messages(
    session: Session,
    *,
    shop_ids: Sequence[uuid.UUID] | None,
    statuses: Sequence[MessageStatus] = (),
    purpose: MessagePurpose | None = None,
    is_unreviewed: bool = False,
    region: Region,
    page: PageRequest,
) -> Page[MessageCard]:
    """Newest first; of these shops, or (None) everybody's. `is_unreviewed`: disaster messages that wait for it.

    One query, and three at most for what audiences name. Raises CursorInvalid.
    """
    query = _WORDED.order_by(Message.id.desc()).limit(page.limit + 1)
    if shop_ids is not None:
        query = query.where(Message.shop_id.in_(shop_ids))
    if statuses:
        query = query.where(Message.status.in_([status.value for status in statuses]))
    if purpose is not None:
        query = query.where(Message.purpose == purpose.value)
    if is_unreviewed:
        query = query.where(
            Message.purpose == MessagePurpose.DISASTER.value,
            Message.reviewed_by_staff_id.is_(None),
            Message.status != MessageStatus.CANCELLED.value,
        )
    if after := page.after(uuid.UUID):
        query = query.where(Message.id < after[0])
    cards = _cards(session, session.execute(query).all(), region)
    return make_page(cards, page, lambda card: str(card.message.id))


def describe_message(session: Session, *, message: Message, region: Region) -> MessageCard:
    return MessageCard(message, get_words(session, message=message, region=region))


_WORDED = (
    select(Message, MessageTemplate, Shop.name_ja, Shop.name_en)
    .join(
        MessageTemplate,
        (MessageTemplate.slug == Message.template_slug)
        & (MessageTemplate.version == Message.template_version),
    )
    .outerjoin(Shop, Shop.id == Message.shop_id)
)


def _cards(session: Session, rows: Sequence[Any], region: Region) -> list[MessageCard]:
    audiences = [_audience(row.Message, region) for row in rows]
    names = find_names(session, [audience for audience in audiences if audience])
    cards = []
    for row, audience in zip(rows, audiences, strict=True):
        is_citys = row.Message.shop_id is None
        senders = region.city_names if is_citys else shop_sender_names(row.name_ja, row.name_en)
        words = _render(row.Message, row.MessageTemplate, senders, _meant(audience, names))
        cards.append(MessageCard(row.Message, words))
    return cards


def _audience(message: Message, region: Region) -> Audience | None:
    """None: the region has changed since, and it cannot be read any more."""
    try:
        return read_audience(message.audience, region=region, shop_id=message.shop_id)
    except AudienceInvalid:
        return None


def _meant(audience: Audience | None, names: Names) -> dict[str, str]:
    """In each language, as the reason names them."""
    if audience is None:
        return {language: text("message.whom.chosen", language) for language in LANGUAGES}
    return {language: describe(audience, language, names=names) for language in LANGUAGES}


def _render(
    message: Message, template: MessageTemplate, sender_names: Mapping[str, str], meant: Mapping[str, str]
) -> RenderedMessage:
    return render_message(
        purpose=message.purpose,
        titles=template.titles,
        bodies=template.bodies,
        params=message.params,
        meant=meant,
        sender_names=sender_names,
    )


def list_events(
    session: Session, *, message_id: uuid.UUID, page: PageRequest, shown_from: int | None = None
) -> Page[EventRow]:
    """The record of decisions, newest first. `shown_from`: a shop asks, see `say_to_shops`. Raises CursorInvalid."""
    query = (
        select(
            MessageEvent.id,
            MessageEvent.act,
            MessageEvent.from_status,
            MessageEvent.to_status,
            MessageEvent.by_staff_id,
            Staff.display_name.label("by"),
            MessageEvent.at,
            MessageEvent.reason,
        )
        .outerjoin(Staff, Staff.id == MessageEvent.by_staff_id)
        .where(MessageEvent.message_id == message_id)
        .order_by(MessageEvent.id.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(uuid.UUID):
        query = query.where(MessageEvent.id < after[0])
    rows = [EventRow(*row) for row in session.execute(query)]
    if shown_from is not None:
        rows = [_said_to_shops(row, shown_from) for row in rows]
    return make_page(rows, page, lambda row: str(row.id))


def _said_to_shops(row: EventRow, shown_from: int) -> EventRow:
    if row.reason is None or row.act not in COUNTING_ACTS:
        return row
    return replace(row, reason=say_to_shops(row.reason, shown_from))


def say_to_shops(reason: str, shown_from: int) -> str:
    """`meant 25, no_consent 21, muted 4` as `meant 20, no_consent 20`: no figure that is too small, the others in tens.

    What `starting` and `Health.say_failures` say, and how many were replayed.
    """
    groups = []
    for group in reason.split("; "):
        state, colon, said = group.rpartition(": ")
        found = [_FIGURE.fullmatch(part) for part in said.split(", ")]
        counted = [(each[1], shown_to_shops(int(each[2]), shown_from)) for each in found if each]
        told = ", ".join(f"{name or ''}{count}" for name, count in counted if count is not None)
        if told:
            groups.append(f"{state}{colon}{told}")
    return "; ".join(groups) or FEW


def list_templates(
    session: Session,
    *,
    purpose: MessagePurpose | None,
    status: TemplateStatus | None,
    page: PageRequest,
) -> Page[MessageTemplate]:
    """By slug, the newest version first. Raises CursorInvalid."""
    query = (
        select(MessageTemplate)
        .order_by(MessageTemplate.slug, MessageTemplate.version.desc())
        .limit(page.limit + 1)
    )
    if purpose is not None:
        query = query.where(MessageTemplate.purpose == purpose.value)
    if status is not None:
        query = query.where(MessageTemplate.status == status.value)
    if after := page.after(str, small_whole):
        slug, version = after
        query = query.where(
            (MessageTemplate.slug > slug)
            | ((MessageTemplate.slug == slug) & (MessageTemplate.version < version))
        )
    found = session.scalars(query).all()
    return make_page(found, page, lambda template: template.slug, lambda template: template.version)


def get_words(session: Session, *, message: Message, region: Region) -> RenderedMessage:
    """All that a circular of it says."""
    template = get_template(session, slug=message.template_slug, version=message.template_version)
    senders = get_sender_names(session, shop_id=message.shop_id, city_names=region.city_names)
    audience = _audience(message, region)
    names = find_names(session, [audience]) if audience else {}
    return _render(message, template, senders, _meant(audience, names))


def find_attachment_titles(session: Session, *, message: Message) -> dict[str, str] | None:
    """By language. None: nothing is attached, or a code, which names only itself."""
    if message.attachment is None or message.attachment_kind == AttachmentKind.REWARD_CODE:
        return None
    attached_id = uuid.UUID(message.attachment)
    if message.attachment_kind == AttachmentKind.CAMPAIGN:
        return session.scalar(select(Campaign.names).where(Campaign.id == attached_id))
    return session.scalar(select(Offer.names).where(Offer.id == attached_id))


def count_heard(session: Session, *, shop_id: uuid.UUID, at: datetime) -> int:
    """Pushes of a shop's advertising that were accepted lately: `heard_before` of its next message."""
    since = at - timedelta(days=HEARD_DAYS)
    query = (
        select(func.count())
        .select_from(Message)
        .join(MessageRecipient, MessageRecipient.message_id == Message.id)
        .where(
            Message.shop_id == shop_id,
            Message.purpose == MessagePurpose.SHOPS.value,
            # The oldest that may still have been sending then.
            Message.send_until > since,
            MessageRecipient.status == RecipientStatus.ACCEPTED.value,
            MessageRecipient.settled_at > since,
        )
    )
    return session.scalars(query).one()
