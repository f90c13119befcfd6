"""A message's words, once and for all: the circular that every inbox copy names and every push is made of."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.messages.models import Message
from backend.messages.queries import find_attachment_titles
from backend.messages.rules import RenderedMessage
from backend.messages.states import TTL_MIN_SECONDS
from backend.notices.models import Circular


def publish_circular(session: Session, *, message: Message, words: RenderedMessage, at: datetime) -> None:
    """With the id of the message. A shop that is renamed afterwards changes nothing."""
    left = message.expires_at - at
    session.add(
        Circular(
            id=message.id,
            purpose=message.purpose,
            category=message.category,
            shop_id=message.shop_id,
            sender_names=dict(words.sender_names),
            titles=dict(words.titles),
            bodies=dict(words.bodies),
            reasons=dict(words.reasons),
            link=message.link,
            attachment_kind=message.attachment_kind,
            attachment=message.attachment,
            attachment_titles=find_attachment_titles(session, message=message),
            collapse_key=message.collapse_key,
            # A phone that is switched on again is told of nothing that is over.
            ttl_seconds=max(TTL_MIN_SECONDS, min(message.ttl_seconds, left // timedelta(seconds=1))),
            expires_at=message.expires_at,
            created_at=at,
        )
    )
    session.flush()
