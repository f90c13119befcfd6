"""Starting: whoever is meant now becomes the message's recipients, in one statement, and is cut into shards."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

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
from backend.audiences.rules import Audience, AudienceInvalid, read_audience
from backend.messages.models import (
    Message,
    MessageAct,
    MessageEvent,
    MessagePurpose,
    MessageRecipient,
    MessageShard,
    MessageStatus,
    RecipientStatus,
    ShardStatus,
)
from backend.messages.queries import count_heard, get_words
from backend.messages.sending.publishing import publish_circular
from backend.messages.sending.reading import is_muted
from backend.messages.sending.rules import plan_shards
from backend.messages.sending.taking import AS_SAID
from backend.messages.service.approving import return_quota
from backend.messages.service.checks import is_on_show
from backend.messages.service.recording import record_event
from backend.notices.writes import consent_stands
from backend.organisations.regions import Region

DUE_MESSAGES = 20
# A million recipients take seconds, and nobody waits behind them for a lock.
SNAPSHOT_SECONDS = 300


def find_due_messages(session: Session, *, at: datetime) -> Sequence[uuid.UUID]:
    """Those whose moment has come, disasters first."""
    query = (
        select(Message.id)
        .where(Message.status == MessageStatus.SCHEDULED.value, Message.send_at <= at)
        .order_by(Message.purpose != MessagePurpose.DISASTER.value, Message.send_at)
        .limit(DUE_MESSAGES)
    )
    return session.scalars(query).all()


def find_last_reason(session: Session, *, message_id: uuid.UUID) -> str | None:
    """Of what happened to the message last."""
    query = select(MessageEvent.reason).where(MessageEvent.message_id == message_id)
    return session.scalar(query.order_by(MessageEvent.id.desc()).limit(1))


def start_message(session: Session, *, message_id: uuid.UUID, region: Region, at: datetime) -> int | None:
    """From `scheduled` to `sending`: the words are published, the recipients numbered and cut into shards.

    Returns how many there are. One that reaches nobody is done at once, and its event says why; one whose audience
    or words cannot be read any more, because the region or a text has changed since, or that calls to an offer or a
    campaign which is over, is cancelled. None when it is not scheduled any more: another worker was quicker, or
    somebody cancelled it.
    """
    started = session.scalar(
        update(Message)
        .where(Message.id == message_id, Message.status == MessageStatus.SCHEDULED.value)
        .values(status=MessageStatus.SENDING.value, started_at=at)
        .returning(Message.id)
        .execution_options(**AS_SAID)
    )
    if started is None:
        return None
    message = session.get_one(Message, message_id, populate_existing=True)
    try:
        audience = read_audience(message.audience, region=region, shop_id=message.shop_id)
        words = get_words(session, message=message, region=region)
    except (AudienceInvalid, KeyError, ValueError) as error:
        return _cancel(session, message, at, _say_fault(error))
    if not is_on_show(session, message=message, at=at):
        return _cancel(session, message, at, "attachment_unusable")
    publish_circular(session, message=message, words=words, at=at)
    if message.shop_id is not None:
        message.heard_before = count_heard(session, shop_id=message.shop_id, at=at)
    message.recipient_count = _number_recipients(session, message, audience, at)
    if message.recipient_count:
        _cut(session, message, at)
        _record(session, message, MessageAct.STARTED, at)
    else:
        message.status, message.done_at = MessageStatus.DONE.value, at
        _record(session, message, MessageAct.DONE, at, _say_why(session, message, audience, at))
    return message.recipient_count


def _cancel(session: Session, message: Message, at: datetime, reason: str) -> int:
    """Nobody is told."""
    message.status, message.started_at = MessageStatus.CANCELLED.value, None
    return_quota(session, message=message)
    _record(session, message, MessageAct.CANCELLED, at, reason)
    return 0


def _say_fault(error: Exception) -> str:
    if isinstance(error, AudienceInvalid):
        return f"audience_invalid {error.field}"
    return f"words_invalid {error}"


def _record(
    session: Session, message: Message, act: MessageAct, at: datetime, reason: str | None = None
) -> None:
    before = MessageStatus.SCHEDULED.value
    record_event(session, message=message, act=act, before=before, by=None, at=at, reason=reason)


def _muting(message: Message) -> dict[str, str]:
    return {"category": message.category, "shop": str(message.shop_id or "")}


def _number_recipients(session: Session, message: Message, audience: Audience, at: datetime) -> int:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL statement_timeout = '{SNAPSHOT_SECONDS}s'"))
    meant = select_citizens(audience, at=at).subquery("meant")
    citizen_id = meant.c[0]
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
        consents = consent_stands(citizen_id, literal(message.purpose, String()))
        people = people.where(consents, ~is_muted(citizen_id)).params(_muting(message))
    session.execute(insert(MessageRecipient).from_select(list(columns), people, include_defaults=False))
    count = select(func.max(MessageRecipient.position)).where(MessageRecipient.message_id == message.id)
    return session.scalar(count) or 0


def _cut(session: Session, message: Message, at: datetime) -> None:
    # Started late, because no worker was there: closer together, but in time.
    left = max(message.send_until - at, timedelta(0)) // timedelta(minutes=1)
    spread_minutes = min(message.spread_minutes, left)
    plans = plan_shards(message.recipient_count, spread_minutes=spread_minutes, at=at)
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


def _say_why(session: Session, message: Message, audience: Audience, at: datetime) -> str:
    """In the words of the program: `meant 12, no_consent 9, muted 4`; somebody may be counted in both."""
    meant = select_citizens(audience, at=at).subquery("meant")
    citizen_id = meant.c[0]
    consents = consent_stands(citizen_id, literal(message.purpose, String()))
    counts = select(
        func.count(), func.count().filter(~consents), func.count().filter(is_muted(citizen_id))
    ).select_from(meant)
    everybody, without, muted = session.execute(counts.params(_muting(message))).one()
    return f"meant {everybody}, no_consent {without}, muted {muted}"
