"""Who was told what is forgotten in time; how many they were stays with the message."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.messages.models import Message, MessageRecipient, MessageShard, MessageStatus
from backend.messages.sending.taking import AS_SAID

# For so long somebody may ask why they were told, or not.
KEPT_DAYS = 90


def forget_recipients(session: Session, *, at: datetime, limit: int) -> int:
    """At most `limit` recipients of one message that was done long ago, with the shards they were in; how many."""
    first = session.execute(
        select(MessageRecipient.message_id, MessageRecipient.position)
        .join(Message, Message.id == MessageRecipient.message_id)
        .where(Message.status == MessageStatus.DONE.value, Message.done_at < at - timedelta(days=KEPT_DAYS))
        .order_by(MessageRecipient.message_id, MessageRecipient.position)
        .limit(1)
    ).first()
    if first is None:
        return 0
    deleted = session.execute(
        delete(MessageRecipient)
        .where(
            MessageRecipient.message_id == first.message_id,
            MessageRecipient.position < first.position + limit,
        )
        .returning(MessageRecipient.position)
        .execution_options(**AS_SAID)
    ).all()
    session.execute(
        delete(MessageShard)
        .where(
            MessageShard.message_id == first.message_id,
            MessageShard.last_position < first.position + limit,
        )
        .execution_options(**AS_SAID)
    )
    return len(deleted)
