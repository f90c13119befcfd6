"""A batch is taken: who is pushed now, who is told otherwise, who waits, and what a lease is worth."""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import delete, update

from backend.base.database import Database
from backend.messages.models import Message, MessageShard
from backend.notices.models import Device, NoticeChoice, NoticePreference
from backend.organisations.models import Shop
from backend.people.models import Citizen, Consent
from tests.factories.organisations import make_shop
from tests.factories.sendings import (
    CITY,
    DISASTER,
    SHOPS,
    copies_of,
    make_reader,
    make_readers,
    recipients_of,
    shards_of,
    target_of,
)
from tests.factories.world import World
from tests.messages.conftest import LEASE_SECONDS, TERMS, Worker

Start = Callable[..., uuid.UUID]
Fates = Callable[[uuid.UUID], Sequence[tuple[str, str | None]]]
EVENING = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)  # 21:00 in the city
MORNING = datetime(2026, 6, 15, 23, 0, tzinfo=UTC)  # 8:00 of the next day
INSTANT = timedelta(microseconds=1)
MONTH = timedelta(days=TERMS.unseen_days)


def withdraw(database: Database, citizen_id: uuid.UUID, purpose: str, at: datetime) -> None:
    consent = update(Consent).where(Consent.citizen_id == citizen_id, Consent.purpose == purpose)
    database.run(lambda session: session.execute(consent.values(withdrawn_at=at)))


class TestLeaseDueShard:
    def test_gives_each_shard_to_one(
        self, database: Database, start: Start, readers: list[uuid.UUID], clock: time_machine.Traveller
    ) -> None:
        start(spread_minutes=2)
        clock.shift(60)

        leased = [Worker(database).lease() for _ in range(3)]

        assert [shard and shard.number for shard in leased] == [1, 2, None]

    def test_gives_none_before_its_time(
        self, worker: Worker, start: Start, clock: time_machine.Traveller
    ) -> None:
        start(spread_minutes=2)

        found = [worker.lease(), worker.lease()]
        clock.shift(60)

        assert [shard and shard.number for shard in found] == [1, None]
        assert worker.lease() is not None

    @pytest.mark.parametrize("status", ["stopped"])
    def test_gives_none_of_a_message_that_is_not_sent(
        self, worker: Worker, start: Start, set_status: Callable[[uuid.UUID, str], None], status: str
    ) -> None:
        set_status(start(), status)

        assert worker.lease() is None

    def test_keeps_disasters_apart(self, worker: Worker, start: Start) -> None:
        start()
        disaster = start(purpose=DISASTER)

        urgent = worker.lease(urgent=True)

        assert urgent is not None
        assert urgent.message_id == disaster
        assert worker.lease(urgent=True) is None


class TestTakeBatch:
    def test_marks_what_is_pushed_and_tells_the_inbox(
        self, database: Database, worker: Worker, start: Start, readers: list[uuid.UUID], at: datetime
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.lease()

        batch = worker.take()

        assert batch is not None
        assert [(each.position, each.attempts, each.language) for each in batch.recipients] == [
            (1, 1, "ja"),
            (2, 1, "ja"),
            (3, 1, "ja"),
        ]
        assert [device.target for each in batch.recipients for device in each.devices] == [
            target_of(reader) for reader in readers
        ]
        rows = database.run(lambda session: recipients_of(session, message_id))
        assert {(row.status, row.is_told, row.sent_at) for row in rows} == {("sending", True, at)}
        assert database.run(lambda session: copies_of(session, message_id)) == readers

    def test_goes_on_where_the_last_one_ended(
        self, worker: Worker, start: Start, readers: list[uuid.UUID]
    ) -> None:
        start(purpose=SHOPS)
        worker.lease()

        batches = [worker.take(size=2), worker.take(size=2)]

        assert [[each.position for each in batch.recipients] for batch in batches if batch] == [[1, 2], [3]]
        assert [batch.looked_at for batch in batches if batch] == [2, 1]

    def test_pushes_every_device_of_a_person(
        self, database: Database, worker: Worker, start: Start, world: World, at: datetime
    ) -> None:
        reader = database.run(lambda session: make_reader(session, at=at, devices=2, language="en"))
        start(purpose=SHOPS)
        worker.lease()

        batch = worker.take()

        assert batch is not None
        [recipient] = batch.recipients
        assert recipient.language == "en"
        assert sorted(device.target for device in recipient.devices) == [
            target_of(reader, 1),
            target_of(reader, 2),
        ]

    @pytest.mark.parametrize(
        ("purpose", "expected"),
        [(CITY, ("inbox_only", "no_consent")), (SHOPS, ("dropped", "consent_withdrawn"))],
    )
    def test_heeds_who_opts_out_between_two_batches_from_the_next_one_on(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        world: World,
        at: datetime,
        purpose: str,
        expected: tuple[str, str],
    ) -> None:
        first, second = database.run(lambda session: make_readers(session, 2, at=at, consents=[purpose]))
        message_id = start(purpose=purpose)
        worker.lease()
        before = worker.take(size=3 if purpose == CITY else 1)
        withdraw(database, second, purpose, at)

        after = worker.take()

        assert before
        assert after
        assert [target.target for each in before.recipients for target in each.devices] == [target_of(first)]
        assert after.recipients == []
        assert fates(message_id)[-1] == expected

    def test_heeds_who_mutes_the_shop_meanwhile(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        world: World,
        readers: list[uuid.UUID],
        at: datetime,
    ) -> None:
        message_id = start(purpose=SHOPS)
        choice = NoticeChoice(
            citizen_id=readers[0], kind="muted_shop", subject=str(world.shop_id), chosen_at=at
        )
        database.run(lambda session: session.add(choice))

        worker.work()

        assert fates(message_id) == [("dropped", "muted"), ("accepted", None), ("accepted", None)]

    @pytest.mark.parametrize("status", ["suspended", "closed"])
    def test_lets_no_shop_be_heard_that_does_not_take_part_any_more(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        world: World,
        readers: list[uuid.UUID],
        status: str,
    ) -> None:
        message_id = start(purpose=SHOPS)
        ended = update(Shop).where(Shop.id == world.shop_id).values(status=status)
        database.run(lambda session: session.execute(ended))

        worker.work()

        assert fates(message_id) == [("dropped", "shop_not_active")] * 3
        assert database.run(lambda session: copies_of(session, message_id)) == []

    def test_drops_who_left_meanwhile(
        self, database: Database, worker: Worker, start: Start, fates: Fates, readers: list[uuid.UUID]
    ) -> None:
        message_id = start(purpose=SHOPS)
        database.run(lambda session: session.execute(delete(Citizen).where(Citizen.id == readers[1])))

        worker.work()

        assert fates(message_id)[1] == ("dropped", "account_gone")

    @pytest.mark.parametrize(
        ("purpose", "unseen", "expected"),
        [
            (CITY, MONTH, ("accepted", None)),
            (CITY, MONTH + INSTANT, ("inbox_only", "no_device")),
            (SHOPS, MONTH + INSTANT, ("inbox_only", "no_device")),
            (DISASTER, MONTH + INSTANT, ("accepted", None)),
            (DISASTER, timedelta(days=TERMS.retire_days) + INSTANT, ("inbox_only", "no_device")),
        ],
    )
    def test_leaves_alone_devices_that_were_not_seen_for_long(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        world: World,
        at: datetime,
        purpose: str,
        unseen: timedelta,
        expected: tuple[str, str | None],
    ) -> None:
        seen_at = at - unseen
        database.run(lambda session: make_reader(session, at=at, seen_at=seen_at))
        message_id = start(purpose=purpose)

        worker.work(urgent=purpose == DISASTER)

        assert fates(message_id)[-1] == expected

    def test_leaves_alone_devices_that_are_retired(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        at: datetime,
    ) -> None:
        message_id = start(purpose=SHOPS)
        database.run(lambda session: session.execute(update(Device).values(retired_at=at)))

        worker.work()

        assert fates(message_id) == [("inbox_only", "no_device")] * 3

    def test_keeps_to_the_cap_of_advertising_over_all_shops(
        self, database: Database, worker: Worker, start: Start, fates: Fates, readers: list[uuid.UUID]
    ) -> None:
        messages = [start(purpose=SHOPS) for _ in range(TERMS.shops_per_day + 1)]
        while worker.work():
            pass

        assert [set(fates(message_id)) for message_id in messages] == [
            *[{("accepted", None)}] * TERMS.shops_per_day,
            {("dropped", "cap_reached")},
        ]
        assert database.run(lambda session: copies_of(session, messages[-1])) == []

    def test_tells_by_the_inbox_what_the_city_has_to_say_beyond_the_cap(
        self, database: Database, worker: Worker, start: Start, fates: Fates, readers: list[uuid.UUID]
    ) -> None:
        messages = [start() for _ in range(TERMS.city_per_day + 1)]
        while worker.work():
            pass

        assert fates(messages[-1])[2:] == [("inbox_only", "cap_reached")] * 3
        assert len(database.run(lambda session: copies_of(session, messages[-1]))) == 5

    def test_counts_no_disaster(
        self, worker: Worker, start: Start, fates: Fates, readers: list[uuid.UUID]
    ) -> None:
        messages = [start(purpose=DISASTER) for _ in range(TERMS.city_per_day + 1)]
        while worker.work(urgent=True):
            pass

        assert fates(messages[-1])[2:] == [("accepted", None)] * 3

    def test_is_nobodys_who_lost_the_lease(
        self, database: Database, worker: Worker, start: Start, readers: list[uuid.UUID]
    ) -> None:
        start()
        worker.lease()
        taken_over = update(MessageShard).values(lease=MessageShard.lease + 1)
        database.run(lambda session: session.execute(taken_over))

        assert worker.take() is None

    def test_extends_the_lease(
        self, database: Database, worker: Worker, start: Start, at: datetime, clock: time_machine.Traveller
    ) -> None:
        message_id = start()
        worker.lease()
        clock.shift(LEASE_SECONDS - 1)

        worker.take()

        [shard] = database.run(lambda session: shards_of(session, message_id))
        assert shard.lease_until == at + timedelta(seconds=2 * LEASE_SECONDS - 1)


class TestQuietHours:
    def test_hold_a_push_until_the_window_opens_and_tell_by_the_inbox_once(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        clock.move_to(EVENING)
        message_id = start()
        worker.work()
        at_night = fates(message_id)[2:]
        [shard] = database.run(lambda session: shards_of(session, message_id))

        clock.move_to(MORNING - timedelta(seconds=1))
        too_early = worker.work()
        clock.move_to(MORNING)
        worker.work()

        assert at_night == [("waiting", None)] * 3
        assert shard.not_before == MORNING
        assert too_early is None
        assert fates(message_id)[2:] == [("accepted", None)] * 3
        assert len(database.run(lambda session: copies_of(session, message_id))) == 5

    def test_leave_those_who_wait_for_the_morning_spread_over_as_many_minutes(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        clock.move_to(EVENING)
        message_id = start(purpose=SHOPS, spread_minutes=60)
        clock.shift(timedelta(hours=1))
        while worker.work():
            pass

        waiting = database.run(lambda session: recipients_of(session, message_id))
        assert [row.not_before for row in waiting] == [
            MORNING,
            MORNING + timedelta(minutes=20),
            MORNING + timedelta(minutes=40),
        ]

    def test_count_against_the_day_on_which_the_push_goes_out(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        """Two before midnight in the city do not take the place of two after it."""
        midnight = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
        awake = [
            NoticePreference(citizen_id=reader, quiet_from=0, quiet_until=0, chosen_at=EVENING)
            for reader in readers
        ]
        database.run(lambda session: session.add_all(awake))
        clock.move_to(midnight - timedelta(microseconds=1))
        before = [start(purpose=SHOPS) for _ in range(TERMS.shops_per_day + 1)]
        while worker.work():
            pass
        clock.move_to(midnight)
        after = start(purpose=SHOPS)
        worker.work()

        assert fates(before[-1]) == [("dropped", "cap_reached")] * 3
        assert fates(after) == [("accepted", None)] * 3


class TestRotation:
    def test_lets_the_shop_that_was_heard_less_go_first(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        at: datetime,
        clock: time_machine.Traveller,
    ) -> None:
        small = database.run(lambda session: make_shop(session, at=at).id)
        loud = start(purpose=SHOPS)
        Worker(database).work()
        again = start(purpose=SHOPS)
        quiet = start(purpose=SHOPS, shop_id=small)

        first = worker.work()
        second = worker.work()
        clock.shift(30)
        third = worker.work()

        assert [len(batch.recipients) for batch in (first, second, third) if batch] == [0, 3, 0]
        assert fates(loud) == fates(quiet) == [("accepted", None)] * 3
        assert fates(again) == [("dropped", "cap_reached")] * 3


class TestStopping:
    def test_gives_no_more_batches_and_resumes_where_it_stopped(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        set_status: Callable[[uuid.UUID, str], None],
        readers: list[uuid.UUID],
    ) -> None:
        message_id = start(purpose=SHOPS)
        worker.lease()
        under_way = worker.take(size=1)

        set_status(message_id, "stopped")
        worker.settle(under_way)
        stopped = worker.take(size=1)
        leased_meanwhile = worker.lease()
        before = fates(message_id)
        set_status(message_id, "sending")
        resumed = worker.work()

        assert stopped is leased_meanwhile is None
        assert before == [("accepted", None), ("waiting", None), ("waiting", None)]
        assert resumed is not None
        assert [each.position for each in resumed.recipients] == [2, 3]
        assert fates(message_id) == [("accepted", None)] * 3

    def test_ends_at_once_for_everybody_who_waits_when_it_is_over(
        self,
        database: Database,
        worker: Worker,
        start: Start,
        fates: Fates,
        readers: list[uuid.UUID],
        clock: time_machine.Traveller,
    ) -> None:
        clock.move_to(EVENING)
        message_id = start(purpose=SHOPS)
        worker.work()
        over = update(Message).values(send_until=EVENING + timedelta(minutes=1))
        database.run(lambda session: session.execute(over))
        clock.shift(60)

        worker.work()

        assert fates(message_id) == [("dropped", "too_late")] * 3
