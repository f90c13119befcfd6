"""How sending goes: every recipient is counted once, under one state, with its reason."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine

from backend.base.database import Database
from backend.base.push import PushOutcome, PushResult
from backend.messages.health import Health, health_of
from backend.messages.queries import MessageNotFound
from tests.factories.sendings import CITY, SHOPS
from tests.messages.conftest import ACCEPTED, Worker

Start = Callable[..., uuid.UUID]
RETRY = PushOutcome(PushResult.RETRY, "unavailable")
RETIRED = PushOutcome(PushResult.RETIRED, "unregistered")


def health(database: Database, message_id: uuid.UUID) -> Health:
    return database.run(lambda session: health_of(session, message_id=message_id), writes=False)


class TestHealthOf:
    def test_counts_each_recipient_once(
        self, database: Database, worker: Worker, start: Start, readers: list[uuid.UUID]
    ) -> None:
        message_id = start(purpose=CITY)
        worker.work(ACCEPTED, RETRY, RETIRED)

        found = health(database, message_id)

        assert found.recipients == 5
        assert found.states == {"accepted": 1, "inbox_only": 2, "retired": 1, "waiting": 1}
        assert found.failures == {"inbox_only": {"no_consent": 2}, "retired": {"unregistered": 1}}
        assert (found.rescheduled, found.settled, found.told) == (1, 4, 4)

    def test_tells_how_long_it_took(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.work(ACCEPTED, ACCEPTED, RETRY)
        clock.shift(45)
        worker.work()

        found = health(database, message_id)

        assert (found.p50_seconds, found.p95_seconds) == (1, 60)

    def test_stays_as_it_was_when_the_message_was_done(
        self, database: Database, worker: Worker, start: Start, readers: list[uuid.UUID]
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.work(ACCEPTED, ACCEPTED, RETIRED)
        before = health(database, message_id)

        finished = worker.finish(message_id)

        assert health(database, message_id) == finished == before

    def test_is_empty_before_it_starts(
        self, database: Database, schedule: Callable[..., uuid.UUID], at: datetime
    ) -> None:
        found = health(database, schedule())

        assert (found.recipients, found.p50_seconds, found.p95_seconds) == (0, None, None)

    def test_knows_no_message_that_is_not_there(self, database: Database) -> None:
        with pytest.raises(MessageNotFound):
            health(database, uuid.uuid4())
