"""Taking: a shard under a lease, then one batch of it after another, each committed before the network is asked."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, literal_column, or_, select, update
from sqlalchemy.orm import Session

from backend.messages.models import (
    OPEN_SHARDS,
    Message,
    MessagePurpose,
    MessageShard,
    MessageStatus,
    RecipientStatus,
    ShardStatus,
)
from backend.messages.sending.reading import DUE, DUE_IN_TURN, SENDING
from backend.messages.sending.rules import Disposal, Reason, Sending, dispose, not_pushed
from backend.messages.sending.writes import COPY, DISPOSE, EXTEND, MARK_SENDING
from backend.notices.caps import reserve_pushes
from backend.notices.circulars import id_prefix
from backend.notices.quiet_hours import minute_of
from backend.notices.terms import NoticeTerms

# A row of `reading.DUE` for each device of one person; one without a device has one row.
Person = Sequence[Any]

# Later than any moment for which somebody may wait.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
AS_SAID = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class LeasedShard:
    """A shard of a message, and the number of the lease under which somebody has it."""

    message_id: uuid.UUID
    number: int
    lease: int


@dataclass(frozen=True, slots=True)
class TakenDevice:
    id: uuid.UUID
    platform: str
    target_kind: str
    target: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TakenRecipient:
    """Marked `sending`; `attempts` counts this time too."""

    position: int
    attempts: int
    language: str
    devices: Sequence[TakenDevice]


@dataclass(frozen=True, slots=True)
class Batch:
    """`looked_at`: how many were due, pushed or not; fewer than asked for: no more are due now."""

    shard: LeasedShard
    send_until: datetime
    recipients: Sequence[TakenRecipient]
    looked_at: int


def find_due_shard(session: Session, *, at: datetime, urgent: bool) -> tuple[uuid.UUID, int] | None:
    """One that may be leased; `urgent`: of a disaster message. Asked often, so it takes no lock."""
    row = session.execute(_due_shards(at, urgent=urgent).limit(1)).first()
    return (row.message_id, row.number) if row else None


def lease_due_shard(
    session: Session, *, at: datetime, urgent: bool, lease_seconds: int
) -> LeasedShard | None:
    """The one that waits longest; two workers get different ones."""
    # SQLite has one writer and leaves the lock out.
    due = _due_shards(at, urgent=urgent).limit(1).with_for_update(skip_locked=True, of=MessageShard)
    row = session.execute(due).first()
    if row is None:
        return None
    return lease_shard(
        session, message_id=row.message_id, number=row.number, at=at, lease_seconds=lease_seconds
    )


def _due_shards(at: datetime, *, urgent: bool) -> Any:
    is_disaster = Message.purpose == MessagePurpose.DISASTER.value
    return (
        select(MessageShard.message_id, MessageShard.number)
        .join(Message, Message.id == MessageShard.message_id)
        .where(
            literal_column(OPEN_SHARDS),
            MessageShard.status == ShardStatus.WAITING.value,
            _is_due(at),
            Message.status == MessageStatus.SENDING.value,
            is_disaster if urgent else ~is_disaster,
        )
        .order_by(MessageShard.not_before, MessageShard.number)
    )


def _is_due(at: datetime) -> ColumnElement[bool]:
    """Of a message that is over nobody waits for their moment: that it is too late is written down now."""
    return or_(MessageShard.not_before <= at, Message.send_until <= at)


def lease_shard(
    session: Session, *, message_id: uuid.UUID, number: int, at: datetime, lease_seconds: int
) -> LeasedShard | None:
    """None: it is not due, somebody has it, or its message is not being sent. Safe to try any number of times."""
    due = select(Message.id).where(
        Message.id == MessageShard.message_id, Message.status == MessageStatus.SENDING.value, _is_due(at)
    )
    lease = session.scalar(
        update(MessageShard)
        .where(
            MessageShard.message_id == message_id,
            MessageShard.number == number,
            MessageShard.status == ShardStatus.WAITING.value,
            due.correlate(MessageShard).exists(),
        )
        .values(
            status=ShardStatus.LEASED.value,
            lease=MessageShard.lease + 1,
            lease_until=at + timedelta(seconds=lease_seconds),
        )
        .returning(MessageShard.lease)
        .execution_options(**AS_SAID)
    )
    return None if lease is None else LeasedShard(message_id, number, lease)


def take_batch(
    session: Session, *, shard: LeasedShard, size: int, lease_seconds: int, terms: NoticeTerms, at: datetime
) -> Batch | None:
    """Mark what may be pushed now as being sent, and dispose of what may not; the lease is extended.

    None: the lease was lost, or the message was stopped and the shard is given back. Commit before the network
    is asked: whoever dies meanwhile leaves rows that say so.
    """
    span = EXTEND.first(
        session,
        message_id=shard.message_id,
        number=shard.number,
        lease=shard.lease,
        until=at + timedelta(seconds=lease_seconds),
    )
    if span is None:
        return None
    message = SENDING.rows(session, message_id=shard.message_id)[0]
    if message.status != MessageStatus.SENDING:
        give_back(session, shard=shard, not_before=at)
        return None
    sending = Sending(
        purpose=message.purpose,
        send_until=message.send_until,
        quiet_from=minute_of(terms.quiet_from),
        quiet_until=minute_of(terms.quiet_until),
        is_shop_active=message.is_shop_active,
        spread=timedelta(minutes=message.spread_minutes),
        share_before=(span.first_position - 1) / message.recipient_count,
    )
    people = _due_people(session, shard, span, message, size=size, terms=terms, at=at)
    pushed, fates = _choose(session, people, sending, terms, at)
    untold = [person[0].position for person in pushed if not person[0].is_told]
    untold += [position for position, fate in fates.items() if fate.tells]
    _tell(session, shard, untold, expires_at=message.expires_at, at=at)
    recipients = _mark(session, shard, pushed, at)
    _write_fates(session, shard, fates, at)
    return Batch(shard, message.send_until, recipients, len(people))


def held(shard: LeasedShard) -> tuple[ColumnElement[bool], ...]:
    return (
        MessageShard.message_id == shard.message_id,
        MessageShard.number == shard.number,
        MessageShard.status == ShardStatus.LEASED.value,
        MessageShard.lease == shard.lease,
    )


def give_back(session: Session, *, shard: LeasedShard, not_before: datetime) -> None:
    """To whoever comes next, from that moment on."""
    session.execute(
        update(MessageShard)
        .where(*held(shard))
        .values(status=ShardStatus.WAITING.value, lease_until=None, not_before=not_before)
        .execution_options(**AS_SAID)
    )


def _due_people(
    session: Session,
    shard: LeasedShard,
    span: Any,
    message: Any,
    *,
    size: int,
    terms: NoticeTerms,
    at: datetime,
) -> list[Person]:
    is_disaster = message.purpose == MessagePurpose.DISASTER
    unseen_days = terms.retire_days if is_disaster else terms.unseen_days
    given: dict[str, Any] = {
        "message_id": shard.message_id,
        "first": span.first_position,
        "last": span.last_position,
        "size": size,
        "at": at,
        "due_by": NEVER if at >= message.send_until else at,
        "purpose": message.purpose,
        "category": message.category,
        "shop": str(message.shop_id or ""),
        "seen_since": at - timedelta(days=unseen_days),
    }
    if message.purpose == MessagePurpose.SHOPS and _is_heard_more(session, message.heard_before):
        rows = DUE_IN_TURN.rows(session, **given, heard_before=message.heard_before)
    else:
        rows = DUE.rows(session, **given)
    return [list(person) for _, person in groupby(rows, key=attrgetter("position"))]


def _is_heard_more(session: Session, heard_before: int) -> bool:
    """Whether a shop that was heard less advertises too: only then each person is asked about."""
    other = select(Message.id).where(
        Message.status == MessageStatus.SENDING.value,
        Message.purpose == MessagePurpose.SHOPS.value,
        Message.heard_before < heard_before,
    )
    return session.execute(other.limit(1)).first() is not None


def _choose(
    session: Session, people: Sequence[Person], sending: Sending, terms: NoticeTerms, at: datetime
) -> tuple[list[Person], dict[int, Disposal]]:
    """Who is pushed, and by position what becomes of the others."""
    fates: dict[int, Disposal] = {}
    pushed: list[Person] = []
    for person in people:
        fate = dispose(person[0], sending, at)
        if fate is None:
            pushed.append(person)
        else:
            fates[person[0].position] = fate
    if sending.is_disaster:
        return pushed, fates
    # One that is tried again keeps its place.
    counted = [person[0].citizen_id for person in pushed if not person[0].attempts]
    if not counted:
        return pushed, fates
    reserved = reserve_pushes(session, citizen_ids=counted, purpose=sending.purpose, at=at, terms=terms)
    allowed: list[Person] = []
    for person in pushed:
        one = person[0]
        if one.attempts or one.citizen_id in reserved:
            allowed.append(person)
        else:
            fates[one.position] = not_pushed(one, Reason.CAP_REACHED, tells=not sending.is_advertising)
    return allowed, fates


def _tell(
    session: Session, shard: LeasedShard, positions: list[int], *, expires_at: datetime, at: datetime
) -> None:
    if not positions:
        return
    COPY.rows(
        session,
        circular_id=shard.message_id,
        positions=positions,
        id_prefix=id_prefix(at, session.get_bind().dialect.name),
        expires_at=expires_at,
        at=at,
    )


def _mark(
    session: Session, shard: LeasedShard, pushed: Sequence[Person], at: datetime
) -> list[TakenRecipient]:
    """Only who still waits: an answer that came after an earlier lease may have settled one just now."""
    if not pushed:
        return []
    positions = [person[0].position for person in pushed]
    rows = MARK_SENDING.rows(session, message_id=shard.message_id, positions=positions, at=at)
    marked = {row.position for row in rows}
    return [
        TakenRecipient(
            person[0].position,
            person[0].attempts + 1,
            person[0].language,
            [TakenDevice(row.device_id, row.platform, row.target_kind, row.target) for row in person],
        )
        for person in pushed
        if person[0].position in marked
    ]


def _write_fates(session: Session, shard: LeasedShard, fates: dict[int, Disposal], at: datetime) -> None:
    rows = [
        {
            "message_id": shard.message_id,
            "position": position,
            "status": fate.status.value,
            "failure": fate.failure,
            "not_before": fate.not_before,
            "settled_at": None if fate.status is RecipientStatus.WAITING else at,
            "tells": fate.tells,
        }
        for position, fate in fates.items()
    ]
    DISPOSE.run(session, {"disposals": rows})
