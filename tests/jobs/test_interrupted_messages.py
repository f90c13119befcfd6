"""Messages whose worker, database or officer is away: what was begun is found, and ends."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine

from backend.base.database import Database
from backend.base.errors import DatabaseUnavailable
from backend.jobs import messages
from backend.jobs import work as jobs_work
from backend.jobs.messages import Mailroom, send_due_shard, start_messages, sweep_messages
from backend.messages.health import health_of
from backend.messages.models import Message
from backend.messages.service.running import stop_message
from tests.factories.jobs import away_at_first
from tests.factories.sendings import events_of, fates_of, make_readers, shards_of
from tests.factories.world import World
from tests.fakes.senders import RememberingPushSender
from tests.jobs.conftest import LEASE_SECONDS, work


class TestDatabaseAway:
    """While a batch is in hand."""

    def test_costs_nobody_what_became_of_their_push(
        self,
        database: Database,
        make_room: Callable[..., Mailroom],
        schedule: Callable[..., uuid.UUID],
        monkeypatch: pytest.MonkeyPatch,
        at: datetime,
    ) -> None:
        database.run(lambda session: make_readers(session, 3, at=at))
        message_id = schedule()
        monkeypatch.setattr(messages, "settle_batch", away_at_first(messages.settle_batch))
        monkeypatch.setattr(jobs_work, "WRITE_PAUSES_SECONDS", (0, 0))

        work(make_room())

        assert database.run(lambda session: fates_of(session, message_id)) == [("accepted", None)] * 3

    def test_takes_nobody_before_the_words_are_there(
        self,
        database: Database,
        make_room: Callable[..., Mailroom],
        schedule: Callable[..., uuid.UUID],
        monkeypatch: pytest.MonkeyPatch,
        clock: time_machine.Traveller,
        at: datetime,
    ) -> None:
        database.run(lambda session: make_readers(session, 3, at=at))
        message_id = schedule()
        monkeypatch.setattr(messages, "load_contents", away_at_first(messages.load_contents))
        room = make_room()

        with pytest.raises(DatabaseUnavailable):
            work(room)
        clock.shift(LEASE_SECONDS)
        sweep_messages(room)
        work(room)

        assert database.run(lambda session: fates_of(session, message_id)) == [("accepted", None)] * 3


class TestSweepMessages:
    def test_opens_what_a_dead_worker_held(
        self,
        database: Database,
        make_room: Callable[..., Mailroom],
        schedule: Callable[..., uuid.UUID],
        clock: time_machine.Traveller,
        at: datetime,
    ) -> None:
        database.run(lambda session: make_readers(session, 3, at=at))
        message_id = schedule()

        def die() -> None:
            raise KeyboardInterrupt

        room = make_room(RememberingPushSender(die))
        start_messages(room)
        with pytest.raises(KeyboardInterrupt):
            send_due_shard(room, urgent=False)
        clock.shift(LEASE_SECONDS)
        sweep_messages(room)
        survivor = make_room()
        work(survivor)

        health = database.run(lambda session: health_of(session, message_id=message_id))
        assert health.states == {"unknown": 3}
        assert health.left_unknown == 3
        assert survivor.sender.sent == []
        assert {row.status for row in database.run(lambda session: shards_of(session, message_id))} == {
            "done"
        }

    def test_ends_what_was_stopped_beyond_its_time(
        self,
        database: Database,
        world: World,
        make_room: Callable[..., Mailroom],
        schedule: Callable[..., uuid.UUID],
        clock: time_machine.Traveller,
        at: datetime,
    ) -> None:
        database.run(lambda session: make_readers(session, 3, at=at))
        message_id = schedule(send_until=at + timedelta(hours=1))
        room = make_room()
        start_messages(room)
        database.run(
            lambda session: stop_message(
                session, message_id=message_id, shop_ids=None, stopped_by=world.city.id, reason="x", at=at
            )
        )

        clock.shift(3_599)
        sweep_messages(room)
        before = database.run(lambda session: session.get_one(Message, message_id).status)
        clock.shift(1)
        sweep_messages(room)
        work(room)

        health = database.run(lambda session: health_of(session, message_id=message_id))
        assert before == "stopped"
        assert health.states == {"dropped": 3}
        assert room.sender.sent == []
        assert database.run(lambda session: events_of(session, message_id))[-2:] == [
            ("ended", "too_late"),
            ("done", "dropped: too_late 3"),
        ]
