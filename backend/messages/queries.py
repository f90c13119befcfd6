"""Reads of templates and messages."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.errors import NotFound
from backend.messages.models import (
    Message,
    MessagePurpose,
    MessageRecipient,
    MessageTemplate,
    RecipientStatus,
)
from backend.messages.rules import RenderedMessage, render_message, shop_sender_names
from backend.organisations.models import Shop

# Who was heard less in so many days comes first where caps bind.
HEARD_DAYS = 28


class TemplateNotFound(NotFound):
    pass


class MessageNotFound(NotFound):
    pass


def get_template(session: Session, *, slug: str, version: int) -> MessageTemplate:
    """Raises TemplateNotFound."""
    found = session.get(MessageTemplate, (slug, version))
    if found is None:
        raise TemplateNotFound
    return found


def get_message(session: Session, *, message_id: uuid.UUID, lock: bool = False) -> Message:
    """Raises MessageNotFound."""
    query = select(Message).where(Message.id == message_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
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


def get_words(session: Session, *, message: Message, city_names: Mapping[str, str]) -> RenderedMessage:
    """All that a circular of it says."""
    template = get_template(session, slug=message.template_slug, version=message.template_version)
    return render_message(
        purpose=message.purpose,
        titles=template.titles,
        bodies=template.bodies,
        params=message.params,
        audience=message.audience,
        sender_names=get_sender_names(session, shop_id=message.shop_id, city_names=city_names),
    )


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
