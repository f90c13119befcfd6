"""Sweeping: what a worker that died left behind is counted, sent once more where that does no harm, and opened."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, literal_column, or_, select, update
from sqlalchemy.orm import Session

from backend.messages.models import (
    OPEN_SHARDS,
    Message,
    MessageRecipient,
    MessageShard,
    RecipientStatus,
    ShardStatus,
)
from backend.messages.sending.rules import Reason, may_send_again
from backend.messages.sending.taking import AS_SAID

# So many leases in one transaction, which holds SQLite's only write lock.
SHARDS = 50


@dataclass(frozen=True, slots=True)
class Swept:
    """A shard whose worker died: how many of its rows are unknown for good, and how many are sent once more."""

    message_id: uuid.UUID
    number: int
    unknown: int
    again: int


def has_lapsed_lease(session: Session, *, at: datetime) -> bool:
    """Asked often, so it takes no lock."""
    return session.execute(_lapsed(at).limit(1)).first() is not None


def sweep_shards(session: Session, *, at: datetime) -> Sequence[Swept]:
    """Open the shards of lapsed leases. Their holders, should they still live, may write nothing but answers."""
    lapsed = session.execute(
        _lapsed(at).limit(SHARDS).with_for_update(skip_locked=True, of=MessageShard)
    ).all()
    swept = []
    for shard in lapsed:
        again = _send_once_more(session, shard) if may_send_again(shard.purpose, shard.collapse_key) else 0
        unknown = _leave_unknown(session, shard, at)
        if again + unknown:
            session.execute(
                update(Message)
                .where(Message.id == shard.message_id)
                .values(left_unknown=Message.left_unknown + again + unknown)
                .execution_options(**AS_SAID)
            )
        session.execute(
            update(MessageShard)
            .where(MessageShard.message_id == shard.message_id, MessageShard.number == shard.number)
            .values(status=ShardStatus.WAITING.value, lease_until=None, not_before=at)
            .execution_options(**AS_SAID)
        )
        swept.append(Swept(shard.message_id, shard.number, unknown, again))
    return swept


def _lapsed(at: datetime) -> Any:
    return (
        select(
            MessageShard.message_id,
            MessageShard.number,
            MessageShard.first_position,
            MessageShard.last_position,
            Message.purpose,
            Message.collapse_key,
        )
        .join(Message, Message.id == MessageShard.message_id)
        .where(
            literal_column(OPEN_SHARDS),
            MessageShard.status == ShardStatus.LEASED.value,
            MessageShard.lease_until <= at,
        )
        .order_by(MessageShard.message_id, MessageShard.number)
    )


def _caught(shard: Any) -> ColumnElement[bool]:
    return and_(
        MessageRecipient.message_id == shard.message_id,
        MessageRecipient.position.between(shard.first_position, shard.last_position),
        MessageRecipient.status == RecipientStatus.SENDING.value,
    )


def _send_once_more(session: Session, shard: Any) -> int:
    """Once: who was caught a second time stays unknown."""
    first_time = or_(
        MessageRecipient.failure.is_(None), MessageRecipient.failure != Reason.LEASE_LAPSED.value
    )
    again = session.execute(
        update(MessageRecipient)
        .where(_caught(shard), first_time)
        .values(status=RecipientStatus.WAITING.value, failure=Reason.LEASE_LAPSED.value, not_before=None)
        .returning(MessageRecipient.position)
        .execution_options(**AS_SAID)
    )
    return len(again.all())


def _leave_unknown(session: Session, shard: Any, at: datetime) -> int:
    unknown = session.execute(
        update(MessageRecipient)
        .where(_caught(shard))
        .values(
            status=RecipientStatus.UNKNOWN.value,
            failure=Reason.LEASE_LAPSED.value,
            settled_at=at,
        )
        .returning(MessageRecipient.position)
        .execution_options(**AS_SAID)
    )
    return len(unknown.all())
