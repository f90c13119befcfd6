"""A message to readers, and what a worker does with it step by step."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.base.push import PushOutcome, PushResult
from backend.messages.models import Message
from backend.messages.sending.finishing import finish_message, release_shard
from backend.messages.sending.settling import settle_batch
from backend.messages.sending.starting import start_message
from backend.messages.sending.taking import Batch, LeasedShard, lease_due_shard, take_batch
from backend.notices.terms import load_terms
from backend.organisations.regions import load_region
from tests.factories.sendings import SHOPS, fates_of, make_message, make_readers
from tests.factories.world import World

LEASE_SECONDS = 60
TERMS = load_terms()
REGION = load_region()
ACCEPTED = PushOutcome(PushResult.ACCEPTED)


class Worker:
    """Leases, takes and settles by hand, at the clock's moment."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.shard: LeasedShard | None = None

    def lease(self, *, urgent: bool = False) -> LeasedShard | None:
        self.shard = self.database.run(
            lambda session: lease_due_shard(session, at=utc_now(), urgent=urgent, lease_seconds=LEASE_SECONDS)
        )
        return self.shard

    def take(self, size: int = 100) -> Batch | None:
        shard = self.shard
        assert shard is not None
        return self.database.run(
            lambda session: take_batch(
                session, shard=shard, size=size, lease_seconds=LEASE_SECONDS, terms=TERMS, at=utc_now()
            )
        )

    def settle(self, batch: Batch | None, *outcomes: PushOutcome) -> None:
        """All accepted unless outcomes are given."""
        assert batch is not None
        given = list(outcomes) or [ACCEPTED for each in batch.recipients for _ in each.devices]
        self.database.run(lambda session: settle_batch(session, batch=batch, outcomes=given, at=utc_now()))

    def release(self) -> bool:
        shard = self.shard
        assert shard is not None
        return self.database.run(lambda session: release_shard(session, shard=shard, at=utc_now()))

    def finish(self, message_id: uuid.UUID) -> Any:
        return self.database.run(lambda session: finish_message(session, message_id=message_id, at=utc_now()))

    def work(self, *outcomes: PushOutcome, urgent: bool = False) -> Batch | None:
        """One shard with one batch from its lease to its release; None when nothing is due."""
        if self.lease(urgent=urgent) is None:
            return None
        batch = self.take()
        if batch is not None:
            self.settle(batch, *outcomes)
            self.release()
        return batch


@pytest.fixture
def worker(database: Database) -> Worker:
    return Worker(database)


@pytest.fixture
def readers(database: Database, world: World, at: datetime) -> list[uuid.UUID]:
    """Three more citizens, each with one device and every consent."""
    return database.run(lambda session: make_readers(session, 3, at=at))


@pytest.fixture
def schedule(database: Database, world: World, at: datetime) -> Callable[..., uuid.UUID]:
    """A message that is due, to everybody; its id. Takes what `make_message` takes."""

    def schedule(**message: Any) -> uuid.UUID:
        if message.get("purpose") == SHOPS:
            message.setdefault("shop_id", world.shop_id)
        people = {"drafted_by": world.city.id, "approved_by": world.approver.id}
        return database.run(lambda session: make_message(session, at=at, **people | message))

    return schedule


@pytest.fixture
def start(database: Database, schedule: Callable[..., uuid.UUID]) -> Callable[..., uuid.UUID]:
    """The same, already started."""

    def start(**message: Any) -> uuid.UUID:
        message_id = schedule(**message)
        database.run(
            lambda session: start_message(session, message_id=message_id, region=REGION, at=utc_now())
        )
        return message_id

    return start


@pytest.fixture
def fates(database: Database) -> Callable[[uuid.UUID], Sequence[tuple[str, str | None]]]:
    return lambda message_id: database.run(lambda session: fates_of(session, message_id), writes=False)


@pytest.fixture
def set_status(database: Database) -> Callable[[uuid.UUID, str], None]:
    """As stopping and resuming do."""

    def set_status(message_id: uuid.UUID, status: str) -> None:
        change = update(Message).where(Message.id == message_id).values(status=status)
        database.run(lambda session: session.execute(change))

    return set_status
