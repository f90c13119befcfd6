"""A message is drafted, edited, submitted for review, sent back."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.messages.models import Message, MessageAct, MessagePurpose, MessageStatus
from backend.messages.queries import get_message, get_own_message
from backend.messages.service.checks import City, Content, audience_of, check_attachment, check_content
from backend.messages.service.recording import move, record_event
from backend.messages.states import TTL_SECONDS, send_moment, send_window, status_after


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft(Content):
    """Sent from `send_at` on (None: at once), spread over minutes; left out, the other times are the usual ones.

    `replaces_key`: on phones, a later message of the city with the same key takes this one's place.
    """

    send_at: datetime | None = None
    send_until: datetime | None = None
    expires_at: datetime | None = None
    spread_minutes: int = 0
    ttl_seconds: int = TTL_SECONDS
    replaces_key: str | None = None


def draft_message(
    session: Session,
    *,
    draft: MessageDraft,
    purpose: MessagePurpose,
    shop_id: uuid.UUID | None,
    drafted_by: uuid.UUID,
    city: City,
    at: datetime,
) -> Message:
    """Of a shop, or (None) the city. Raises what `check_content` does, and MessageTimesInvalid."""
    message_id = new_id()
    message = Message(
        id=message_id,
        shop_id=shop_id,
        status=MessageStatus.DRAFT.value,
        drafted_by_staff_id=drafted_by,
        created_at=at,
        **check_content(session, content=draft, purpose=purpose, shop_id=shop_id, city=city),
        **_times(draft, purpose, at),
        collapse_key=_collapse_key(message_id, shop_id, draft.replaces_key),
    )
    session.add(message)
    record_event(session, message=message, act=MessageAct.DRAFTED, before=None, by=drafted_by, at=at)
    return message


def edit_message(
    session: Session,
    *,
    message_id: uuid.UUID,
    draft: MessageDraft,
    shop_ids: tuple[uuid.UUID, ...] | None,
    edited_by: uuid.UUID,
    city: City,
    at: datetime,
) -> Message:
    """All of it anew. Raises MessageNotFound, MessageNotDraft, and what drafting raises."""
    message = get_own_message(session, message_id=message_id, shop_ids=shop_ids, lock=True)
    status_after(message.status, MessageAct.EDITED)
    purpose = MessagePurpose(message.purpose)
    columns = check_content(session, content=draft, purpose=purpose, shop_id=message.shop_id, city=city)
    for name, value in {**columns, **_times(draft, purpose, at)}.items():
        setattr(message, name, value)
    message.collapse_key = _collapse_key(message.id, message.shop_id, draft.replaces_key)
    move(session, message=message, act=MessageAct.EDITED, by=edited_by, at=at)
    return message


def submit_message(
    session: Session,
    *,
    message_id: uuid.UUID,
    shop_ids: tuple[uuid.UUID, ...] | None,
    submitted_by: uuid.UUID,
    city: City,
    at: datetime,
) -> Message:
    """From here on it is read, not edited.

    Raises MessageNotFound, MessageNotDraft, AttachmentUnusable, AudienceInvalid.
    """
    message = get_own_message(session, message_id=message_id, shop_ids=shop_ids, lock=True)
    status_after(message.status, MessageAct.SUBMITTED)
    audience_of(session, message=message, city=city)
    check_attachment(session, message=message, city=city, at=at)
    move(session, message=message, act=MessageAct.SUBMITTED, by=submitted_by, at=at)
    return message


def return_message(
    session: Session, *, message_id: uuid.UUID, returned_by: uuid.UUID, reason: str, at: datetime
) -> Message:
    """To be edited: of the city or of a shop. Raises MessageNotFound, MessageNotInReview."""
    message = get_message(session, message_id=message_id, lock=True)
    move(session, message=message, act=MessageAct.RETURNED, by=returned_by, at=at, reason=reason)
    return message


def _times(draft: MessageDraft, purpose: MessagePurpose, at: datetime) -> dict[str, Any]:
    send_at = send_moment(draft.send_at or at, at=at)
    send_until, expires_at = send_window(
        purpose=purpose,
        send_at=send_at,
        send_until=draft.send_until,
        expires_at=draft.expires_at,
        spread_minutes=draft.spread_minutes,
    )
    return {
        "send_at": send_at,
        "send_until": send_until,
        "expires_at": expires_at,
        "spread_minutes": draft.spread_minutes,
        "ttl_seconds": draft.ttl_seconds,
    }


def _collapse_key(message_id: uuid.UUID, shop_id: uuid.UUID | None, replaces_key: str | None) -> str:
    """A shop's message takes the place of none: two of one shop may both be worth reading."""
    return f"city-{replaces_key}" if replaces_key and shop_id is None else str(message_id)
