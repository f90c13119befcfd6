"""The end: of a shard whose recipients are all settled, of a message whose shards all are, or whose time is over."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, literal, literal_column, select, update
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.messages.health import Health, count_health
from backend.messages.models import (
    OPEN_SHARDS,
    Message,
    MessageAct,
    MessageRecipient,
    MessageShard,
    MessageStatus,
    RecipientStatus,
    ShardStatus,
)
from backend.messages.sending.rules import Reason
from backend.messages.sending.taking import AS_SAID, LeasedShard, held
from backend.messages.service.recording import move, record_event

REASON_CHARACTERS = 400


def release_shard(session: Session, *, shard: LeasedShard, at: datetime) -> bool | None:
    """Give the lease back: done if nobody waits, else due when the first of them is. Whether it is done.

    None: the lease had been lost. Rows that are still `sending`, because they could not be settled, keep the lease for
    the sweep to find.
    """
    recipients = MessageRecipient.__table__.c
    span = select(MessageShard.first_position, MessageShard.last_position).where(*held(shard))
    # Locked before it is counted who waits: who replays dead letters just now then opens it after us, or waits first.
    found = session.execute(span.with_for_update()).first()
    if found is None:
        return None
    is_waiting = recipients.status == RecipientStatus.WAITING.value
    due = func.coalesce(recipients.not_before, literal(at, UtcDateTime()))
    waiting, sending, not_before = session.execute(
        select(
            func.count(case((is_waiting, 1))),
            func.count(case((recipients.status == RecipientStatus.SENDING.value, 1))),
            func.min(case((is_waiting, due))),
        ).where(
            recipients.message_id == shard.message_id,
            recipients.position.between(found.first_position, found.last_position),
            recipients.status.in_([RecipientStatus.WAITING.value, RecipientStatus.SENDING.value]),
        )
    ).one()
    if sending:
        return False
    session.execute(
        update(MessageShard)
        .where(*held(shard))
        .values(
            status=(ShardStatus.WAITING if waiting else ShardStatus.DONE).value,
            lease_until=None,
            not_before=not_before if waiting else MessageShard.not_before,
        )
        .execution_options(**AS_SAID)
    )
    return not waiting


def find_overdue_messages(session: Session, *, at: datetime) -> Sequence[uuid.UUID]:
    """Stopped ones that nobody resumed or ended in time."""
    query = select(Message.id).where(Message.status == MessageStatus.STOPPED.value, Message.send_until <= at)
    return session.scalars(query).all()


def end_overdue_message(session: Session, *, message_id: uuid.UUID, at: datetime) -> bool:
    """As if somebody had ended it: the worker writes down for whoever is left that it was too late."""
    overdue = select(Message).where(
        Message.id == message_id, Message.status == MessageStatus.STOPPED.value, Message.send_until <= at
    )
    message = session.scalar(overdue.with_for_update())
    if message is None:
        return False
    move(session, message=message, act=MessageAct.ENDED, by=None, at=at, reason=Reason.TOO_LATE)
    return True


def find_finished_messages(session: Session) -> Sequence[uuid.UUID]:
    """Those that are being sent and have nobody left."""
    query = select(Message.id).where(Message.status == MessageStatus.SENDING.value, ~_has_open_shard())
    return session.scalars(query).all()


def finish_message(session: Session, *, message_id: uuid.UUID, at: datetime) -> Health | None:
    """With its last shard a message is done; how it went is kept with it, for recipients are forgotten.

    None: somebody waits yet, or it is stopped, or another worker was quicker. Call it in a transaction of its
    own, after the shard's: two last shards at once would not see each other's end.
    """
    # Locked first: an update that waits here for who replays dead letters would not see the shards they opened.
    session.execute(select(Message.id).where(Message.id == message_id).with_for_update())
    done = session.scalar(
        update(Message)
        .where(Message.id == message_id, Message.status == MessageStatus.SENDING.value, ~_has_open_shard())
        .values(status=MessageStatus.DONE.value, done_at=at)
        .returning(Message.id)
        .execution_options(**AS_SAID)
    )
    if done is None:
        return None
    health = count_health(session, message_id=message_id)
    session.execute(
        update(Message)
        .where(Message.id == message_id)
        .values(health=health.to_json())
        .execution_options(**AS_SAID)
    )
    message = session.get_one(Message, message_id, populate_existing=True)
    record_event(
        session,
        message=message,
        act=MessageAct.DONE,
        before=MessageStatus.SENDING.value,
        by=None,
        at=at,
        reason=None if health.told else health.say_failures()[:REASON_CHARACTERS],
    )
    return health


def recount_health(session: Session, *, message_id: uuid.UUID) -> bool:
    """Of a message that is done: answers that came after a lapsed lease still counted for their recipients."""
    done = select(Message.id).where(
        Message.id == message_id, Message.status == MessageStatus.DONE.value, Message.left_unknown > 0
    )
    if session.scalar(done.with_for_update()) is None:
        return False
    health = count_health(session, message_id=message_id).to_json()
    session.execute(
        update(Message).where(Message.id == message_id).values(health=health).execution_options(**AS_SAID)
    )
    return True


def _has_open_shard() -> ColumnElement[bool]:
    return (
        select(MessageShard.number)
        .where(MessageShard.message_id == Message.id, literal_column(OPEN_SHARDS))
        .correlate(Message)
        .exists()
    )
