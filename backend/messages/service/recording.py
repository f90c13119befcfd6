"""What every verb of a message shares: its change of status, and the line of the record that says so."""

import uuid
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.messages.models import Message, MessageAct, MessageEvent
from backend.messages.states import status_after

WRITING = (MessageAct.DRAFTED.value, MessageAct.EDITED.value)


def move(
    session: Session,
    *,
    message: Message,
    act: MessageAct,
    by: uuid.UUID | None,
    at: datetime,
    reason: str | None = None,
) -> None:
    """To the status after the act. The message's row is locked. Raises what `states.TRANSITIONS` says."""
    before, message.status = message.status, status_after(message.status, act).value
    record_event(session, message=message, act=act, before=before, by=by, at=at, reason=reason)


def record_event(
    session: Session,
    *,
    message: Message,
    act: MessageAct,
    before: str | None,
    by: uuid.UUID | None,
    at: datetime,
    reason: str | None = None,
) -> None:
    session.flush()  # the message may be as new as its event
    session.add(
        MessageEvent(
            id=new_id(),
            message_id=message.id,
            act=act.value,
            from_status=before,
            to_status=message.status,
            by_staff_id=by,
            at=at,
            reason=reason,
        )
    )
    session.flush()


def has_written(session: Session, *, message_id: uuid.UUID, staff_id: uuid.UUID) -> bool:
    """Whether any of its words are that person's."""
    wrote = exists().where(
        MessageEvent.message_id == message_id,
        MessageEvent.act.in_(WRITING),
        MessageEvent.by_staff_id == staff_id,
    )
    return bool(session.scalar(select(wrote)))
