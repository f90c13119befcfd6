"""A message starts: whoever is meant at that moment is numbered, once."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.messages.models import Message, MessageQuota, MessageRecipient
from backend.messages.sending.finishing import find_finished_messages, find_overdue_messages
from backend.messages.sending.starting import find_due_messages, start_message
from backend.notices.models import Circular, NoticeChoice
from backend.offers.service.offers import end_offer
from tests.factories.offers import make_offer
from tests.factories.sendings import CITY, DISASTER, SHOPS, events_of, recipients_of, shards_of
from tests.factories.world import World
from tests.messages.conftest import REGION
from tests.support.statements import planned_queries

Schedule = Callable[..., uuid.UUID]


def start(database: Database, message_id: uuid.UUID) -> int | None:
    return database.run(
        lambda session: start_message(session, message_id=message_id, region=REGION, at=utc_now())
    )


def mute(database: Database, citizen_id: uuid.UUID, kind: str, subject: str, at: datetime) -> None:
    choice = NoticeChoice(citizen_id=citizen_id, kind=kind, subject=subject, chosen_at=at)
    database.run(lambda session: session.add(choice))


class TestFindDueMessages:
    def test_finds_disasters_first_and_nothing_before_its_time(
        self, database: Database, schedule: Schedule, at: datetime
    ) -> None:
        city = schedule()
        disaster = schedule(purpose=DISASTER)
        schedule(send_at=at + timedelta(seconds=1))
        schedule(status="approved")

        found = database.run(lambda session: find_due_messages(session, at=at))

        assert found == [disaster, city]

    @pytest.mark.parametrize(
        "find",
        [
            lambda session, at: find_due_messages(session, at=at),
            lambda session, at: find_overdue_messages(session, at=at),
            lambda session, at: find_finished_messages(session),
        ],
    )
    def test_looks_only_at_what_may_need_the_worker(
        self, session: Session, at: datetime, find: Callable[[Session, datetime], object]
    ) -> None:
        """Asked every second or so, of all the messages that there ever were."""
        with planned_queries(session, "messages") as plans:
            find(session, at)

        assert any("ix_messages_open" in line for line in plans), plans


class TestStartMessage:
    def test_numbers_everybody_who_is_meant_once(
        self, database: Database, schedule: Schedule, world: World, readers: list[uuid.UUID]
    ) -> None:
        message_id = schedule()

        count = start(database, message_id)

        rows = database.run(lambda session: recipients_of(session, message_id))
        assert count == 5
        assert [row.position for row in rows] == [1, 2, 3, 4, 5]
        assert {row.citizen_id for row in rows} == {world.citizen.id, world.neighbour.id, *readers}
        assert {(row.status, row.attempts, row.is_told) for row in rows} == {("waiting", 0, False)}

    def test_that_is_late_is_spread_over_what_is_left(
        self,
        database: Database,
        schedule: Schedule,
        world: World,
        at: datetime,
        clock: time_machine.Traveller,
    ) -> None:
        message_id = schedule(spread_minutes=60, hours=1)
        clock.shift(timedelta(minutes=40))

        start(database, message_id)

        shards = database.run(lambda session: shards_of(session, message_id))
        assert [shard.not_before - at for shard in shards] == [timedelta(minutes=40), timedelta(minutes=50)]

    def test_publishes_its_words(self, database: Database, schedule: Schedule) -> None:
        message_id = schedule(link="/events/1")

        start(database, message_id)

        circular = database.run(lambda session: session.get_one(Circular, message_id))
        assert (circular.titles["en"], circular.link, circular.purpose) == ("News", "/events/1", "push_city")

    def test_sends_advertising_only_to_whoever_asked_for_it(
        self, database: Database, schedule: Schedule, readers: list[uuid.UUID]
    ) -> None:
        message_id = schedule(purpose=SHOPS)

        start(database, message_id)

        rows = database.run(lambda session: recipients_of(session, message_id))
        assert {row.citizen_id for row in rows} == set(readers)

    def test_leaves_out_who_muted_the_shop_or_the_category(
        self, database: Database, schedule: Schedule, world: World, readers: list[uuid.UUID], at: datetime
    ) -> None:
        mute(database, readers[0], "muted_shop", str(world.shop_id), at)
        mute(database, readers[1], "muted_category", "events", at)
        message_id = schedule(purpose=SHOPS)

        start(database, message_id)

        rows = database.run(lambda session: recipients_of(session, message_id))
        assert [row.citizen_id for row in rows] == [readers[2]]

    @pytest.mark.parametrize("purpose", [CITY, DISASTER])
    def test_tells_everybody_else_by_the_inbox_at_least(
        self,
        database: Database,
        schedule: Schedule,
        readers: list[uuid.UUID],
        at: datetime,
        purpose: str,
    ) -> None:
        mute(database, readers[0], "muted_category", "events", at)
        message_id = schedule(purpose=purpose)

        assert start(database, message_id) == 5

    def test_starts_it_once(self, database: Database, schedule: Schedule, readers: list[uuid.UUID]) -> None:
        message_id = schedule()

        counts = [start(database, message_id), start(database, message_id)]

        assert counts == [5, None]
        assert len(database.run(lambda session: recipients_of(session, message_id))) == 5

    @pytest.mark.parametrize("status", ["approved", "cancelled", "draft"])
    def test_starts_nothing_that_is_not_scheduled(
        self, database: Database, schedule: Schedule, status: str
    ) -> None:
        message_id = schedule(status=status)

        assert start(database, message_id) is None
        assert database.run(lambda session: session.get_one(Message, message_id)).status == status

    def test_spreads_its_shards_over_the_minutes(
        self, database: Database, schedule: Schedule, readers: list[uuid.UUID], at: datetime
    ) -> None:
        message_id = schedule(spread_minutes=2)

        start(database, message_id)

        shards = database.run(lambda session: shards_of(session, message_id))
        assert [(row.first_position, row.last_position, row.not_before) for row in shards] == [
            (1, 2, at),
            (3, 5, at + timedelta(minutes=1)),
        ]

    def test_is_done_at_once_and_says_why_when_it_reaches_nobody(
        self, database: Database, schedule: Schedule, world: World, at: datetime
    ) -> None:
        mute(database, world.citizen.id, "muted_category", "events", at)
        message_id = schedule(purpose=SHOPS)

        count = start(database, message_id)

        message = database.run(lambda session: session.get_one(Message, message_id))
        assert (count, message.status, message.done_at) == (0, "done", at)
        assert database.run(lambda session: events_of(session, message_id)) == [
            ("done", "meant 2, no_consent 2, muted 1")
        ]

    @pytest.mark.parametrize(
        ("columns", "said"),
        [
            ({"audience": {"unheard_of": 1}}, "audience_invalid audience"),
            ({"template_slug": "event"}, "words_invalid"),
        ],
    )
    def test_cancels_one_whose_audience_or_words_cannot_be_read_any_more(
        self, database: Database, schedule: Schedule, columns: dict[str, Any], said: str
    ) -> None:
        message_id = schedule(**columns)

        count = start(database, message_id)

        message = database.run(lambda session: session.get_one(Message, message_id))
        assert (count, message.status, message.started_at) == (0, "cancelled", None)
        [(act, reason)] = database.run(lambda session: events_of(session, message_id))
        assert act == "cancelled"
        assert reason is not None
        assert reason.startswith(said)

    def test_cancels_one_that_calls_to_what_is_over_and_gives_its_place_in_the_quota_back(
        self, database: Database, schedule: Schedule, world: World, at: datetime
    ) -> None:
        offer_id = database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at).id)
        month = MessageQuota(shop_id=world.shop_id, month_on=date(2026, 6, 1), approved_count=1)
        database.run(lambda session: session.add(month))
        message_id = schedule(
            purpose=SHOPS, attachment_kind="offer", attachment=str(offer_id), approved_at=at
        )
        database.run(lambda session: end_offer(session, offer_id=offer_id, shop_ids=[world.shop_id], at=at))

        count = start(database, message_id)

        said = database.run(lambda session: events_of(session, message_id))
        quota = database.run(lambda session: session.scalars(select(MessageQuota.approved_count)).all())
        assert (count, said, quota) == (0, [("cancelled", "attachment_unusable")], [0])

    def test_keeps_no_push_on_its_way_longer_than_its_copy_is_shown(
        self, database: Database, schedule: Schedule, at: datetime
    ) -> None:
        soon, sooner = (
            schedule(send_until=at + timedelta(seconds=20), expires_at=at + timedelta(seconds=seconds))
            for seconds in (3_600, 30)
        )

        for message_id in (soon, sooner):
            start(database, message_id)

        query = select(Circular.id, Circular.ttl_seconds)
        found = {
            row.id: row.ttl_seconds for row in database.run(lambda session: session.execute(query).all())
        }
        assert found == {soon: 3_600, sooner: 60}

    def test_counts_how_often_the_shop_was_heard_lately(
        self, database: Database, schedule: Schedule, readers: list[uuid.UUID], at: datetime
    ) -> None:
        first, second = schedule(purpose=SHOPS), schedule(purpose=SHOPS)
        start(database, first)
        heard = (
            update(MessageRecipient)
            .where(MessageRecipient.position <= 2)
            .values(status="accepted", settled_at=at)
        )
        database.run(lambda session: session.execute(heard))

        start(database, second)

        assert database.run(lambda session: session.get_one(Message, second)).heard_before == 2
