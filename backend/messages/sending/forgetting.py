"""Who was told what is forgotten in time, the inbox copies too; how many they were stays with the message."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.base.database import first_id_at
from backend.messages.models import Message, MessageRecipient, MessageShard, MessageStatus
from backend.messages.sending.taking import AS_SAID
from backend.notices.models import Notice

# For so long somebody may ask why they were told, or not. No copy is shown for longer (`states.SHOWN_FOR_MAX`).
KEPT_DAYS = 90
CLOCK_SKEW = timedelta(days=1)


def forget_recipients(session: Session, *, at: datetime, limit: int) -> int:
    """At most `limit` recipients of one message that was done long ago, with their copies of it and the shards they
    were in; how many."""
    first = session.execute(
        select(MessageRecipient.message_id, MessageRecipient.position, Message.started_at)
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
        .returning(MessageRecipient.citizen_id)
        .execution_options(**AS_SAID)
    ).all()
    session.execute(
        delete(Notice)
        .where(
            Notice.citizen_id.in_([row.citizen_id for row in deleted]),
            # No index knows circulars; the one of a person's inbox begins here, whatever a worker's clock said.
            Notice.id >= first_id_at(first.started_at - CLOCK_SKEW),
            Notice.circular_id == first.message_id,
        )
        .execution_options(**AS_SAID)
    )
    session.execute(
        delete(MessageShard)
        .where(
            MessageShard.message_id == first.message_id,
            MessageShard.last_position < first.position + limit,
        )
        .execution_options(**AS_SAID)
    )
    return len(deleted)
