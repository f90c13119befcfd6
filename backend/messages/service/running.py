"""An approved message is scheduled; what is being sent is stopped, resumed, ended; what was not begun is cancelled.

The status is all that workers look at: they take nothing more of a message that is not `sending`.
`shop_ids`: those whose messages the caller may act on; None: the city, whose word on stopping holds for all.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.base.errors import Conflict
from backend.messages.models import Message, MessageAct, MessagePurpose, MessageStatus
from backend.messages.queries import get_message, get_own_message
from backend.messages.sending.spreading import spread_overdue
from backend.messages.service.approving import return_quota
from backend.messages.service.checks import City, check_attachment, check_shop
from backend.messages.service.recording import move
from backend.messages.states import MessageNotApproved, send_moment, send_window, status_after


class MessageStoppedByCity(Conflict):
    """What the city stopped only the city resumes."""


ShopIds = tuple[uuid.UUID, ...] | None


def schedule_message(
    session: Session,
    *,
    message_id: uuid.UUID,
    shop_ids: ShopIds,
    send_at: datetime | None,
    scheduled_by: uuid.UUID,
    city: City,
    at: datetime,
) -> Message:
    """As it was drafted, or at another time; the other times then move along. Once more: until it is begun.

    Raises MessageNotFound, MessageNotApproved, ShopNotActive, MessageTimesInvalid, AttachmentUnusable.
    """
    message = get_own_message(session, message_id=message_id, shop_ids=shop_ids, lock=True)
    status_after(message.status, MessageAct.SCHEDULED)
    # Told at once, by whoever has just signed in anew, or not at all.
    if message.purpose == MessagePurpose.DISASTER:
        raise MessageNotApproved
    check_shop(session, message=message)
    moment = send_moment(send_at or message.send_at, at=at)
    later = moment - message.send_at
    message.send_at = moment
    message.send_until, message.expires_at = send_window(
        purpose=message.purpose,
        send_at=moment,
        send_until=message.send_until + later,
        expires_at=message.expires_at + later,
        spread_minutes=message.spread_minutes,
    )
    check_attachment(session, message=message, city=city, at=at)
    move(session, message=message, act=MessageAct.SCHEDULED, by=scheduled_by, at=at)
    return message


def stop_message(
    session: Session,
    *,
    message_id: uuid.UUID,
    shop_ids: ShopIds,
    stopped_by: uuid.UUID,
    reason: str,
    at: datetime,
) -> Message:
    """What a worker holds in its hands this second still goes out. Raises MessageNotFound, MessageNotSending."""
    message = get_message(session, message_id=message_id, shop_ids=shop_ids, lock=True)
    move(session, message=message, act=MessageAct.STOPPED, by=stopped_by, at=at, reason=reason)
    message.is_stopped_by_city = shop_ids is None
    return message


def resume_message(
    session: Session,
    *,
    message_id: uuid.UUID,
    shop_ids: ShopIds,
    resumed_by: uuid.UUID,
    at: datetime,
) -> Message:
    """Whoever was not told yet is told, if it is not too late; what is spread goes on being spread.

    Raises MessageNotFound, MessageNotStopped, MessageStoppedByCity.
    """
    message = get_message(session, message_id=message_id, shop_ids=shop_ids, lock=True)
    status_after(message.status, MessageAct.RESUMED)
    if shop_ids is not None and message.is_stopped_by_city:
        raise MessageStoppedByCity
    message.is_stopped_by_city = False
    spread_overdue(session, message=message, at=at)
    move(session, message=message, act=MessageAct.RESUMED, by=resumed_by, at=at)
    return message


def cancel_message(
    session: Session,
    *,
    message_id: uuid.UUID,
    shop_ids: ShopIds,
    cancelled_by: uuid.UUID,
    reason: str,
    at: datetime,
) -> Message:
    """Nobody is told; of one that was stopped, nobody else. Raises MessageNotFound, MessageNotCancellable."""
    message = get_message(session, message_id=message_id, shop_ids=shop_ids, lock=True)
    if message.status == MessageStatus.STOPPED:
        # It is too late for everybody who is left: the worker writes that down for each, and is done.
        message.send_until = max(at, message.send_at + timedelta(seconds=1))
        move(session, message=message, act=MessageAct.ENDED, by=cancelled_by, at=at, reason=reason)
        return message
    return_quota(session, message=message)
    move(session, message=message, act=MessageAct.CANCELLED, by=cancelled_by, at=at, reason=reason)
    return message
