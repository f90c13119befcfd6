"""Starting: whoever is meant now becomes the message's recipients, in one statement, and is cut into shards."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Integer,
    String,
    Uuid,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from backend.audiences.compiling import select_citizens
from backend.audiences.rules import read_audience
from backend.messages.models import (
    Message,
    MessagePurpose,
    MessageRecipient,
    MessageShard,
    MessageStatus,
    RecipientStatus,
    ShardStatus,
)
from backend.messages.sending.finishing import REACHED_NOBODY, note_event
from backend.messages.sending.publishing import publish_circular
from backend.messages.sending.reading import is_muted
from backend.messages.sending.rules import plan_shards
from backend.messages.sending.taking import AS_SAID
from backend.notices.writes import consent_stands

STARTED = "start"
DUE_MESSAGES = 20
# A million recipients take seconds, and nobody waits behind them for a lock.
SNAPSHOT_SECONDS = 300
HEARD_DAYS = 28


def find_due_messages(session: Session, *, at: datetime) -> Sequence[uuid.UUID]:
    """Those whose moment has come, disasters first."""
    query = (
        select(Message.id)
        .where(Message.status == MessageStatus.SCHEDULED.value, Message.send_at <= at)
        .order_by(Message.purpose != MessagePurpose.DISASTER.value, Message.send_at)
        .limit(DUE_MESSAGES)
    )
    return session.scalars(query).all()


def start_message(session: Session, *, message_id: uuid.UUID, at: datetime) -> int:
    """From `scheduled` to `sending`: the words are published, the recipients numbered and cut into shards.

    Returns how many there are. One that reaches nobody is done at once, and its event says why. 0 too when it is
    not scheduled any more: another worker was quicker, or somebody cancelled it.
    """
    started = session.scalar(
        update(Message)
        .where(Message.id == message_id, Message.status == MessageStatus.SCHEDULED.value)
        .values(status=MessageStatus.SENDING.value, started_at=at)
        .returning(Message.id)
        .execution_options(**AS_SAID)
    )
    if started is None:
        return 0
    message = session.get_one(Message, message_id, populate_existing=True)
    publish_circular(session, message=message, at=at)
    recipients = _number_recipients(session, message, at)
    message.recipient_count = recipients
    if message.shop_id is not None:
        message.heard_before = _count_heard(session, message.shop_id, at)
    if recipients:
        _cut(session, message, at)
        _note(session, message, at, STARTED, MessageStatus.SENDING)
    else:
        message.status, message.done_at = MessageStatus.DONE.value, at
        _note(session, message, at, REACHED_NOBODY, MessageStatus.DONE, _say_why(session, message, at))
    return recipients


def _note(
    session: Session,
    message: Message,
    at: datetime,
    act: str,
    to_status: MessageStatus,
    reason: str | None = None,
) -> None:
    note_event(
        session,
        message_id=message.id,
        act=act,
        from_status=MessageStatus.SCHEDULED,
        to_status=to_status,
        at=at,
        reason=reason,
    )


def _audience(message: Message, at: datetime) -> Any:
    return select_citizens(read_audience(message.audience), at=at).subquery("audience")


def _muting(message: Message) -> dict[str, str]:
    return {"category": message.category, "shop": str(message.shop_id or "")}


def _number_recipients(session: Session, message: Message, at: datetime) -> int:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL statement_timeout = '{SNAPSHOT_SECONDS}s'"))
    audience = _audience(message, at)
    citizen_id = audience.c[0]
    columns = {
        "message_id": literal(message.id, Uuid()),
        # In the order of the ids, which are ordered by time: the index of citizens then grows at one end.
        "position": func.row_number().over(order_by=citizen_id),
        "citizen_id": citizen_id,
        "status": literal_column(f"'{RecipientStatus.WAITING}'", String()),
        "attempts": literal_column("0", Integer()),
        "is_told": literal_column("false", Boolean()),
    }
    people = select(*columns.values())
    if message.purpose == MessagePurpose.SHOPS:
        people = people.where(consent_stands(citizen_id, literal(message.purpose, String())))
    if message.purpose != MessagePurpose.DISASTER:
        people = people.where(~is_muted(citizen_id)).params(_muting(message))
    session.execute(insert(MessageRecipient).from_select(list(columns), people, include_defaults=False))
    count = select(func.max(MessageRecipient.position)).where(MessageRecipient.message_id == message.id)
    return session.scalar(count) or 0


def _cut(session: Session, message: Message, at: datetime) -> None:
    plans = plan_shards(message.recipient_count, spread_minutes=message.spread_minutes, at=at)
    session.execute(
        insert(MessageShard),
        [
            {
                "message_id": message.id,
                "number": plan.number,
                "first_position": plan.first_position,
                "last_position": plan.last_position,
                "status": ShardStatus.WAITING.value,
                "not_before": plan.not_before,
                "lease": 0,
            }
            for plan in plans
        ],
    )


def _count_heard(session: Session, shop_id: uuid.UUID, at: datetime) -> int:
    """Pushes of the shop's advertising that were accepted lately."""
    since = at - timedelta(days=HEARD_DAYS)
    heard = (
        select(func.count())
        .select_from(MessageRecipient)
        .join(Message, Message.id == MessageRecipient.message_id)
        .where(
            Message.shop_id == shop_id,
            Message.started_at > since,
            MessageRecipient.status == RecipientStatus.ACCEPTED.value,
        )
    )
    return session.scalar(heard) or 0


def _say_why(session: Session, message: Message, at: datetime) -> str:
    """In the words of the program: `audience 12, no_consent 9, muted 4`; somebody may be counted in both."""
    audience = _audience(message, at)
    citizen_id = audience.c[0]
    consents = consent_stands(citizen_id, literal(message.purpose, String()))
    counts = select(
        func.count(), func.count().filter(~consents), func.count().filter(is_muted(citizen_id))
    ).select_from(audience)
    meant, without, muted = session.execute(counts.params(_muting(message))).one()
    return f"audience {meant}, no_consent {without}, muted {muted}"
