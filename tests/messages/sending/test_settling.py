"""What became of a batch: each recipient ends in one final state, or waits with a moment."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.base.push import PushOutcome, PushResult
from backend.messages.health import health_of
from backend.messages.models import Message
from backend.messages.sending.finishing import find_finished_messages, recount_health
from backend.messages.sending.sweeping import sweep_shards
from backend.notices.models import Device
from tests.factories.sendings import SHOPS, copies_of, events_of, make_readers, recipients_of, shards_of
from tests.factories.world import World
from tests.messages.conftest import ACCEPTED, LEASE_SECONDS, Worker

Start = Callable[..., uuid.UUID]
Fates = Callable[[uuid.UUID], Sequence[tuple[str, str | None]]]
RETIRED = PushOutcome(PushResult.RETIRED, "UNREGISTERED")
FAILED = PushOutcome(PushResult.FAILED, "SENDER_ID_MISMATCH")
UNKNOWN = PushOutcome(PushResult.UNKNOWN, "connection_lost")
RETRY = PushOutcome(PushResult.RETRY, "UNAVAILABLE", after_seconds=120)


def retired_devices(database: Database) -> int:
    return len(
        database.run(
            lambda session: session.scalars(select(Device).where(Device.retired_at.is_not(None))).all()
        )
    )


class TestSettleBatch:
    def test_writes_down_each_outcome_by_itself(
        self, database: Database, worker: Worker, start: Start, fates: Fates, world: World, at: datetime
    ) -> None:
        database.run(lambda session: make_readers(session, 6, at=at))
        message_id = start(purpose=SHOPS)

        worker.work(ACCEPTED, RETIRED, FAILED, UNKNOWN, RETRY, ACCEPTED)

        assert fates(message_id) == [
            ("accepted", None),
            ("retired", "UNREGISTERED"),
            ("failed", "SENDER_ID_MISMATCH"),
            ("unknown", "connection_lost"),
            ("waiting", "UNAVAILABLE"),
            ("accepted", None),
        ]
        assert retired_devices(database) == 1

    def test_puts_off_until_the_service_says(
        self,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.work(ACCEPTED, RETRY, ACCEPTED)

        clock.shift(119)
        too_early = worker.work()
        clock.shift(31)
        again = worker.work()

        assert too_early is None
        assert again is not None
        assert [(each.position, each.attempts) for each in again.recipients] == [(2, 2)]
        assert fates(message_id) == [("accepted", None)] * 3

    def test_takes_no_second_place_under_the_cap_for_a_second_try(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        first, second = start(purpose=SHOPS), start(purpose=SHOPS)
        worker.work(RETRY, RETRY, RETRY)
        worker.work()
        clock.shift(150)

        worker.work()

        assert fates(first) == fates(second) == [("accepted", None)] * 3

    def test_tells_the_inbox_once_however_often_it_tries(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.work(RETRY, RETRY, RETRY)
        clock.shift(150)

        worker.work()

        assert database.run(lambda session: copies_of(session, message_id)) == readers

    def test_changes_nothing_the_second_time(
        self, database: Database, worker: Worker, start: Start, fates: Fates, readers: list[uuid.UUID]
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.lease()
        batch = worker.take()

        worker.settle(batch, ACCEPTED, RETRY, FAILED)
        once = fates(message_id)
        worker.settle(batch, ACCEPTED, RETRY, FAILED)

        assert fates(message_id) == once

    def test_leaves_alone_who_was_taken_again_since(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        message_id = start()
        worker.lease()
        late = worker.take()
        clock.shift(LEASE_SECONDS)
        database.run(lambda session: sweep_shards(session, at=utc_now()))
        worker.lease()
        again = worker.take()

        worker.settle(late, FAILED, FAILED, FAILED)
        after_the_late_answer = fates(message_id)[2:]
        worker.settle(again)

        assert after_the_late_answer == [("sending", "lease_lapsed")] * 3
        assert fates(message_id)[2:] == [("accepted", None)] * 3

    def test_counts_an_answer_that_comes_after_the_lease(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.lease()
        late = worker.take()
        clock.shift(LEASE_SECONDS)
        database.run(lambda session: sweep_shards(session, at=utc_now()))

        worker.settle(late)

        assert fates(message_id) == [("accepted", None)] * 3

    def test_ends_in_failure_what_a_late_answer_would_have_tried_again(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.lease()
        late = worker.take()
        clock.shift(LEASE_SECONDS)
        database.run(lambda session: sweep_shards(session, at=utc_now()))
        Worker(database).work()
        worker.finish(message_id)

        worker.settle(late, RETRY, ACCEPTED, RETRY)
        recounted = database.run(lambda session: recount_health(session, message_id=message_id))

        rows = database.run(lambda session: recipients_of(session, message_id))
        assert fates(message_id) == [("failed", "UNAVAILABLE"), ("accepted", None), ("failed", "UNAVAILABLE")]
        assert {(row.settled_at, row.not_before) for row in rows} == {(utc_now(), None)}
        health = database.run(lambda session: health_of(session, message_id=message_id))
        assert (recounted, health.states, health.left_unknown) == (True, {"failed": 2, "accepted": 1}, 3)

    def test_keeps_a_target_that_the_device_registered_meanwhile(
        self, database: Database, worker: Worker, start: Start, readers: list[uuid.UUID]
    ) -> None:
        start(purpose=SHOPS)
        worker.lease()
        batch = worker.take()
        anew = update(Device).where(Device.citizen_id == readers[0]).values(target="another")
        database.run(lambda session: session.execute(anew))

        worker.settle(batch, RETIRED, RETIRED, ACCEPTED)

        assert retired_devices(database) == 1


class TestSweepShards:
    def test_leaves_alone_a_lease_that_holds(
        self, database: Database, worker: Worker, start: Start, at: datetime
    ) -> None:
        start()
        worker.lease()

        swept = database.run(
            lambda session: sweep_shards(session, at=at + timedelta(seconds=LEASE_SECONDS - 1))
        )

        assert swept == []

    @pytest.mark.parametrize(("purpose", "key"), [(SHOPS, "key"), ("push_city", "")])
    def test_leaves_unknown_what_must_not_come_twice(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        world: World,
        at: datetime,
        purpose: str,
        key: str,
    ) -> None:
        database.run(lambda session: make_readers(session, 3, at=at))
        message_id = start(purpose=purpose, collapse_key=key)
        worker.lease()
        worker.take()

        [swept] = database.run(
            lambda session: sweep_shards(session, at=at + timedelta(seconds=LEASE_SECONDS))
        )

        message = database.run(lambda session: session.get_one(Message, message_id))
        assert (swept.unknown, swept.again, message.left_unknown) == (3, 0, 3)
        assert fates(message_id)[-3:] == [("unknown", "lease_lapsed")] * 3

    def test_sends_once_more_and_only_once_what_a_phone_shows_once(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        at: datetime,
        clock: time_machine.Traveller,
    ) -> None:
        message_id = start()
        sweeps = []
        for _ in range(2):
            worker.lease()
            worker.take()
            clock.shift(LEASE_SECONDS)
            sweeps += database.run(lambda session: sweep_shards(session, at=utc_now()))

        message = database.run(lambda session: session.get_one(Message, message_id))
        assert [(swept.unknown, swept.again) for swept in sweeps] == [(0, 3), (3, 0)]
        assert message.left_unknown == 6
        assert fates(message_id)[2:] == [("unknown", "lease_lapsed")] * 3

    def test_lets_another_worker_do_the_rest(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.lease()
        worker.take(size=1)
        clock.shift(LEASE_SECONDS)
        database.run(lambda session: sweep_shards(session, at=utc_now()))

        Worker(database).work()

        assert fates(message_id) == [("unknown", "lease_lapsed"), ("accepted", None), ("accepted", None)]


class TestReleaseShard:
    def test_is_due_again_when_the_first_of_its_recipients_is(
        self, database: Database, worker: Worker, start: Start, readers: list[uuid.UUID], at: datetime
    ) -> None:
        message_id = start(purpose=SHOPS)

        worker.work(PushOutcome(PushResult.RETRY, "QUOTA", after_seconds=900), RETRY, ACCEPTED)

        [shard] = database.run(lambda session: shards_of(session, message_id))
        rows = database.run(lambda session: recipients_of(session, message_id))
        assert (shard.status, shard.not_before) == ("waiting", rows[1].not_before)

    def test_keeps_the_lease_of_what_is_not_settled(
        self, database: Database, worker: Worker, start: Start, readers: list[uuid.UUID]
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.lease()
        worker.take()

        done = worker.release()

        [shard] = database.run(lambda session: shards_of(session, message_id))
        assert (done, shard.status) == (False, "leased")


class TestFinishMessage:
    def test_is_done_with_its_last_shard(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        message_id = start(spread_minutes=2)
        clock.shift(60)
        worker.work()
        too_early = worker.finish(message_id)
        worker.work()
        found = database.run(find_finished_messages)

        health = worker.finish(message_id)

        message = database.run(lambda session: session.get_one(Message, message_id))
        assert too_early is None
        assert found == [message_id]
        assert (message.status, message.done_at) == ("done", utc_now())
        assert health.states == {"accepted": 3, "inbox_only": 2}
        assert database.run(lambda session: events_of(session, message_id)) == [
            ("started", None),
            ("done", None),
        ]

    def test_says_why_when_nobody_was_told(
        self, database: Database, worker: Worker, start: Start, readers: list[uuid.UUID], at: datetime
    ) -> None:
        message_id = start(purpose=SHOPS, send_until=at + timedelta(hours=1))
        worker.lease()
        over = update(Message).values(send_at=at - timedelta(hours=2), send_until=at)
        database.run(lambda session: session.execute(over))
        worker.take()
        worker.release()

        worker.finish(message_id)

        assert database.run(lambda session: events_of(session, message_id))[-1] == (
            "done",
            "dropped: too_late 3",
        )

    def test_is_finished_once(
        self, database: Database, worker: Worker, start: Start, readers: list[uuid.UUID]
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.work()

        finished = [worker.finish(message_id), worker.finish(message_id)]

        assert [health is not None for health in finished] == [True, False]

    def test_waits_for_a_stopped_one_to_be_resumed(
        self,
        worker: Worker,
        start: Start,
        set_status: Callable[[uuid.UUID, str], None],
        readers: list[uuid.UUID],
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.lease()
        batch = worker.take()
        set_status(message_id, "stopped")
        worker.settle(batch)
        worker.release()

        stopped = worker.finish(message_id)
        set_status(message_id, "sending")

        assert stopped is None
        assert worker.finish(message_id) is not None
