"""Spreading anew: what came due while a message was stopped still goes out minute by minute, not all at once."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.messages.models import Message, MessageShard, ShardStatus


def spread_overdue(session: Session, *, message: Message, at: datetime) -> None:
    """In the order in which they were due, as far apart as they were planned, but in time. The message's row is locked,
    and it is stopped, so that nobody leases a shard meanwhile."""
    if not message.spread_minutes or at >= message.send_until:
        return
    own = MessageShard.message_id == message.id
    shards = session.scalars(select(func.count()).select_from(MessageShard).where(own)).one()
    overdue = session.scalars(
        select(MessageShard)
        .where(own, MessageShard.status == ShardStatus.WAITING.value, MessageShard.not_before <= at)
        .order_by(MessageShard.not_before, MessageShard.number)
        .execution_options(populate_existing=True)
    ).all()
    if not overdue:
        return
    pause = min(timedelta(minutes=message.spread_minutes) / shards, (message.send_until - at) / len(overdue))
    for number, shard in enumerate(overdue):
        shard.not_before = at + number * pause
