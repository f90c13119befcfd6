"""Messages on their way: started, sent shard by shard, swept up after whoever died.

Each step is a transaction of its own; the network is asked between two of them. Any number of workers may do any of
it at once: what one has, it has under a lease.
"""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from sqlalchemy.orm import Session

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.base.push import Push, PushOutcome, PushSender
from backend.jobs.figures import BATCH_SECONDS, LAPSED_ROWS, PUSHES, RECIPIENTS
from backend.jobs.work import write_down
from backend.messages.sending.contents import Contents, load_contents
from backend.messages.sending.finishing import (
    end_overdue_message,
    find_finished_messages,
    find_overdue_messages,
    finish_message,
    recount_health,
    release_shard,
)
from backend.messages.sending.rules import BATCH_FIRST, Settlement, next_batch_size
from backend.messages.sending.settling import settle_batch
from backend.messages.sending.starting import DUE_MESSAGES, find_due_messages, find_last_reason, start_message
from backend.messages.sending.sweeping import has_lapsed_lease, sweep_shards
from backend.messages.sending.taking import (
    Batch,
    LeasedShard,
    find_due_shard,
    lease_due_shard,
    lease_shard,
    take_batch,
)
from backend.notices.terms import NoticeTerms
from backend.organisations.regions import Region

CONTENTS_KEPT = 16

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Mailroom:
    """What sending needs. `enqueue`, where there is a queue, tells it of a message's shards, or of all that are due."""

    database: Database
    sender: PushSender
    region: Region
    terms: NoticeTerms
    lease_seconds: int
    stop: threading.Event = field(default_factory=threading.Event)
    enqueue: Callable[[Session, uuid.UUID | None], None] | None = None
    contents: dict[uuid.UUID, Contents] = field(default_factory=dict)


def start_messages(room: Mailroom) -> bool:
    """Every message whose moment has come. Whether more may wait."""
    at = utc_now()
    due = room.database.run(lambda session: find_due_messages(session, at=at), writes=False)
    for number, message_id in enumerate(due, 1):
        try:
            _start(room, message_id)
        except Exception:  # the others go on; the last one's is the job's
            if number == len(due):
                raise
            log.exception("message_not_started", message_id=str(message_id))
    return len(due) == DUE_MESSAGES


def _start(room: Mailroom, message_id: uuid.UUID) -> None:
    at = utc_now()

    def start(session: Session) -> tuple[int | None, str | None]:
        recipients = start_message(session, message_id=message_id, region=room.region, at=at)
        if recipients and room.enqueue is not None:
            room.enqueue(session, message_id)
        return recipients, None if recipients else find_last_reason(session, message_id=message_id)

    started = time.monotonic()
    recipients, reason = room.database.run(start)
    if recipients:
        seconds = round(time.monotonic() - started, 3)
        log.info("message_started", message_id=str(message_id), recipients=recipients, seconds=seconds)
    elif recipients is not None:
        log.error("message_reaches_nobody", message_id=str(message_id), reason=reason)


def send_due_shard(room: Mailroom, *, urgent: bool) -> bool:
    """One shard; `urgent`: of a disaster message. Whether more may wait."""
    at = utc_now()
    found = room.database.run(lambda session: find_due_shard(session, at=at, urgent=urgent), writes=False)
    if found is None:
        return False
    shard = room.database.run(
        lambda session: lease_due_shard(session, at=at, urgent=urgent, lease_seconds=room.lease_seconds)
    )
    if shard is not None:
        _send_shard(room, shard)
    return shard is not None and not room.stop.is_set()


def run_shard(room: Mailroom, *, message_id: uuid.UUID, number: int) -> None:
    """Nothing, if somebody else has it or had it: a task that comes twice or never does no harm."""
    at = utc_now()
    shard = room.database.run(
        lambda session: lease_shard(
            session, message_id=message_id, number=number, at=at, lease_seconds=room.lease_seconds
        )
    )
    if shard is not None:
        _send_shard(room, shard)


def _send_shard(room: Mailroom, shard: LeasedShard) -> None:
    """One batch after the other until nobody is due, the lease is lost, or the worker is to stop."""
    # Before anybody is taken: a database that is away just then would leave them unknown, although nothing was sent.
    contents = _contents_of(room, shard.message_id)
    size, states = BATCH_FIRST, Counter[str]()
    while True:
        started = time.monotonic()
        batch = _take(room, shard, size)
        if batch is None:
            _recount(room, shard.message_id)
            break
        if batch.recipients:
            states += _send_batch(room, batch, contents)
        seconds = time.monotonic() - started
        BATCH_SECONDS.observe(seconds)
        if batch.looked_at < size or room.stop.is_set():
            _release(room, shard)
            break
        size = next_batch_size(size, taken=batch.looked_at, seconds=seconds)
    log.info("shard_left", message_id=str(shard.message_id), number=shard.number, **states)


def _take(room: Mailroom, shard: LeasedShard, size: int) -> Batch | None:
    at = utc_now()
    return room.database.run(
        lambda session: take_batch(
            session, shard=shard, size=size, lease_seconds=room.lease_seconds, terms=room.terms, at=at
        )
    )


def _send_batch(room: Mailroom, batch: Batch, contents: Contents) -> Counter[str]:
    pushes = [
        Push(contents.in_language(recipient.language), device.platform, device.target_kind, device.target)
        for recipient in batch.recipients
        for device in recipient.devices
    ]
    outcomes = room.sender.send(pushes)
    for result, count in Counter(outcome.result.value for outcome in outcomes).items():
        PUSHES.labels(result).inc(count)
    settled = _settle(room, batch, outcomes)
    states = Counter(settlement.status.value for settlement in settled)
    for state, count in states.items():
        RECIPIENTS.labels(state).inc(count)
    reasons = Counter(settlement.failure for settlement in settled if settlement.failure)
    if reasons:
        log.warning(
            "pushes_not_accepted",
            message_id=str(batch.shard.message_id),
            number=batch.shard.number,
            reasons=dict(reasons),
        )
    return states


def _contents_of(room: Mailroom, message_id: uuid.UUID) -> Contents:
    found = room.contents.get(message_id)
    if found is None:
        found = room.database.run(lambda session: load_contents(session, message_id=message_id), writes=False)
        if len(room.contents) >= CONTENTS_KEPT:
            room.contents.clear()
        room.contents[message_id] = found
    return found


def _settle(room: Mailroom, batch: Batch, outcomes: Sequence[PushOutcome]) -> Sequence[Settlement]:
    """Raises DatabaseUnavailable when it stays away; the rows are then found by the sweep, as of a dead worker."""

    def write() -> Sequence[Settlement]:
        at = utc_now()
        return room.database.run(lambda session: settle_batch(session, batch=batch, outcomes=outcomes, at=at))

    return write_down(write, message_id=str(batch.shard.message_id))


def _release(room: Mailroom, shard: LeasedShard) -> None:
    at = utc_now()
    is_done = room.database.run(lambda session: release_shard(session, shard=shard, at=at))
    if is_done is None:
        _recount(room, shard.message_id)
    elif is_done:
        _finish(room, shard.message_id)


def _recount(room: Mailroom, message_id: uuid.UUID) -> None:
    """The lease was lost: what we wrote down since may have come after the message was done."""
    room.database.run(lambda session: recount_health(session, message_id=message_id))


def _finish(room: Mailroom, message_id: uuid.UUID) -> None:
    at = utc_now()
    health = room.database.run(lambda session: finish_message(session, message_id=message_id, at=at))
    if health is None:
        return
    about = {"message_id": str(message_id), "states": dict(health.states), "failures": dict(health.failures)}
    if health.told:
        log.info("message_done", **about)
    else:
        log.error("message_reached_nobody", **about)


def sweep_messages(room: Mailroom) -> bool:
    """Opens what dead workers held, ends messages whose last two shards ended at once or that were stopped beyond
    their time, and finds due shards that have no job. Whether more may wait."""
    at = utc_now()
    swept = []
    if room.database.run(lambda session: has_lapsed_lease(session, at=at), writes=False):
        swept = list(room.database.run(lambda session: sweep_shards(session, at=at)))
    for each in swept:
        LAPSED_ROWS.inc(each.unknown + each.again)
        log.error(
            "shard_left_behind",
            message_id=str(each.message_id),
            number=each.number,
            unknown=each.unknown,
            sent_once_more=each.again,
        )
    _end_overdue(room)
    for message_id in room.database.run(find_finished_messages, writes=False):
        _finish(room, message_id)
    enqueue = room.enqueue
    if enqueue is not None:
        room.database.run(lambda session: enqueue(session, None))
    return bool(swept)


def _end_overdue(room: Mailroom) -> None:
    at = utc_now()
    for message_id in room.database.run(lambda session: find_overdue_messages(session, at=at), writes=False):
        if room.database.run(partial(end_overdue_message, message_id=message_id, at=at)):
            log.warning("message_ended", message_id=str(message_id), reason="too_late")
