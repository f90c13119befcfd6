"""A message's words, once and for all: the circular that every inbox copy names and every push is made of."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.messages.models import Message, MessageTemplate
from backend.notices.models import Circular


def publish_circular(session: Session, *, message: Message, at: datetime) -> Circular:
    """With the id of the message. What is written in the template afterwards changes nothing."""
    template = session.scalars(
        select(MessageTemplate).where(
            MessageTemplate.slug == message.template_slug, MessageTemplate.version == message.template_version
        )
    ).one()
    circular = Circular(
        id=message.id,
        purpose=message.purpose,
        category=message.category,
        shop_id=message.shop_id,
        sender_names={"ja": ""},
        titles=_filled(template.titles, message.params),
        bodies=_filled(template.bodies, message.params),
        reasons={"ja": ""},
        link=message.link,
        attachment_kind=message.attachment_kind,
        attachment=message.attachment,
        collapse_key=message.collapse_key,
        ttl_seconds=message.ttl_seconds,
        expires_at=message.expires_at,
        created_at=at,
        opened=0,
        tapped=0,
    )
    session.add(circular)
    session.flush()
    return circular


def _filled(texts: dict[str, str], params: dict[str, Any]) -> dict[str, str]:
    return {language: text.format(**params) for language, text in texts.items()}
