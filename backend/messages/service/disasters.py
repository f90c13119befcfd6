"""A disaster is told by one officer at once, from words approved beforehand; a second person reviews it afterwards."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import SecondPersonRequired
from backend.messages.models import Message, MessageAct, MessagePurpose, MessageStatus
from backend.messages.queries import get_message
from backend.messages.reach import MessageAudienceEmpty, is_anybody_told
from backend.messages.service.approving import mailing_of
from backend.messages.service.checks import City, Content, check_content
from backend.messages.service.recording import record_event
from backend.messages.states import MessageReviewNotOpen, send_window
from backend.notices.categories import Category

# A phone that was off for longer learns of it from the inbox.
DISASTER_TTL_SECONDS = 21_600


def send_disaster_message(
    session: Session,
    *,
    content: Content,
    replaces_key: str | None,
    sent_by: uuid.UUID,
    city: City,
    at: datetime,
) -> Message:
    """It begins with the worker's next look, within a second or two. The caller's sign-in is fresh.

    Raises what `check_content` does, and MessageAudienceEmpty.
    """
    message_id = new_id()
    send_until, expires_at = send_window(
        purpose=MessagePurpose.DISASTER, send_at=at, send_until=None, expires_at=None, spread_minutes=0
    )
    message = Message(
        id=message_id,
        status=MessageStatus.SCHEDULED.value,
        send_at=at,
        send_until=send_until,
        expires_at=expires_at,
        spread_minutes=0,
        ttl_seconds=DISASTER_TTL_SECONDS,
        collapse_key=f"city-{replaces_key}" if replaces_key else str(message_id),
        drafted_by_staff_id=sent_by,
        approved_by_staff_id=sent_by,
        created_at=at,
        approved_at=at,
        **check_content(session, content=content, purpose=MessagePurpose.DISASTER, shop_id=None, city=city),
    )
    session.add(message)
    session.flush()
    if not is_anybody_told(session, mailing=mailing_of(session, message=message, city=city), at=at):
        raise MessageAudienceEmpty
    record_event(session, message=message, act=MessageAct.SCHEDULED, before=None, by=sent_by, at=at)
    return message


def review_disaster_message(
    session: Session, *, message_id: uuid.UUID, reviewed_by: uuid.UUID, note: str, at: datetime
) -> Message:
    """A second person has read what was told, to whom and why, and writes down what they found.

    Raises MessageNotFound, MessageReviewNotOpen, SecondPersonRequired.
    """
    message = get_message(session, message_id=message_id, lock=True)
    if message.purpose != MessagePurpose.DISASTER or message.reviewed_by_staff_id is not None:
        raise MessageReviewNotOpen
    if message.drafted_by_staff_id == reviewed_by:
        raise SecondPersonRequired
    message.reviewed_by_staff_id = reviewed_by
    record_event(
        session,
        message=message,
        act=MessageAct.REVIEWED,
        before=message.status,
        by=reviewed_by,
        at=at,
        reason=note,
    )
    return message


def disaster_content(
    *,
    template_slug: str,
    template_version: int,
    params: dict[str, object],
    audience: dict[str, object],
    link: str | None,
) -> Content:
    """There is one category, and nothing is attached."""
    return Content(
        template_slug=template_slug,
        template_version=template_version,
        category=Category.DISASTER.value,
        params=params,
        audience=audience,
        link=link,
    )
