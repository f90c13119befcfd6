"""Dead letters: looked through without naming anybody, and replayed where that does no harm."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.base.pages import PageRequest
from backend.base.push import PushOutcome, PushResult
from backend.messages.dead_letters import (
    DeadLetter,
    MessageNotReplayable,
    ReplayTooLate,
    list_dead_letters,
    replay_dead_letters,
)
from backend.messages.health import health_of
from backend.messages.models import Message
from tests.factories.sendings import CITY, SHOPS, events_of
from tests.factories.world import World
from tests.messages.conftest import ACCEPTED, Worker

Start = Callable[..., uuid.UUID]
Fates = Callable[[uuid.UUID], Sequence[tuple[str, str | None]]]
FAILED = PushOutcome(PushResult.FAILED, "forbidden")
UNKNOWN = PushOutcome(PushResult.UNKNOWN, "connection_lost")


@pytest.fixture
def sent(worker: Worker, start: Start, readers: list[uuid.UUID]) -> Callable[[str], uuid.UUID]:
    """A message to three readers that was accepted for one, failed for one, and is unknown of one."""

    def sent(purpose: str) -> uuid.UUID:
        message_id = start(purpose=purpose)
        worker.work(ACCEPTED, FAILED, UNKNOWN)
        worker.finish(message_id)
        return message_id

    return sent


def replay(database: Database, world: World, message_id: uuid.UUID) -> int:
    return database.run(
        lambda session: replay_dead_letters(session, message_id=message_id, by=world.city.id, at=utc_now())
    )


class TestListDeadLetters:
    def test_tells_the_failed_and_the_unknown_page_by_page(
        self, database: Database, sent: Callable[[str], uuid.UUID], at: datetime
    ) -> None:
        message_id = sent(SHOPS)

        first = database.run(
            lambda session: list_dead_letters(
                session, message_id=message_id, page=PageRequest(limit=1), at=at
            )
        )
        second = database.run(
            lambda session: list_dead_letters(
                session, message_id=message_id, page=PageRequest(limit=1, cursor=first.next_cursor), at=at
            )
        )

        assert [*first.items, *second.items] == [
            DeadLetter(2, "failed", "forbidden", 1, at, may_replay=True),
            DeadLetter(3, "unknown", "connection_lost", 1, at, may_replay=False),
        ]
        assert second.next_cursor is None

    def test_offers_no_replay_when_it_is_too_late(
        self, database: Database, sent: Callable[[str], uuid.UUID], at: datetime
    ) -> None:
        message_id = sent(SHOPS)
        over = database.run(lambda session: session.get_one(Message, message_id).send_until)

        page = database.run(
            lambda session: list_dead_letters(
                session, message_id=message_id, page=PageRequest(limit=9), at=over
            )
        )

        assert [letter.may_replay for letter in page.items] == [False, False]

    def test_names_neither_person_nor_target(self) -> None:
        assert {field.name for field in fields(DeadLetter)} == {
            "position",
            "status",
            "failure",
            "attempts",
            "settled_at",
            "may_replay",
        }


class TestReplayDeadLetters:
    def test_sends_advertising_again_only_to_whom_it_certainly_did_not_reach(
        self,
        database: Database,
        worker: Worker,
        sent: Callable[[str], uuid.UUID],
        fates: Fates,
        world: World,
    ) -> None:
        message_id = sent(SHOPS)

        count = replay(database, world, message_id)
        batch = worker.work()
        worker.finish(message_id)

        assert count == 1
        assert batch is not None
        assert [(each.position, each.attempts) for each in batch.recipients] == [(2, 2)]
        assert fates(message_id) == [("accepted", None), ("accepted", None), ("unknown", "connection_lost")]
        assert database.run(lambda session: events_of(session, message_id))[-2:] == [
            ("replayed", "1"),
            ("done", None),
        ]

    def test_sends_the_citys_word_again_to_the_unknown_too(
        self, database: Database, worker: Worker, sent: Callable[[str], uuid.UUID], world: World
    ) -> None:
        message_id = sent(CITY)

        count = replay(database, world, message_id)
        worker.work()
        worker.finish(message_id)

        health = database.run(lambda session: health_of(session, message_id=message_id))
        assert count == 2
        assert health.states == {"accepted": 3, "inbox_only": 2}

    def test_never_does_it_twice_at_once(
        self, database: Database, sent: Callable[[str], uuid.UUID], world: World
    ) -> None:
        message_id = sent(CITY)

        counts = [replay(database, world, message_id), replay(database, world, message_id)]

        assert counts == [2, 0]

    def test_is_refused_when_it_is_too_late(
        self, database: Database, sent: Callable[[str], uuid.UUID], world: World, at: datetime
    ) -> None:
        message_id = sent(CITY)
        over = update(Message).values(send_at=at - timedelta(hours=1), send_until=at)
        database.run(lambda session: session.execute(over))

        with pytest.raises(ReplayTooLate):
            replay(database, world, message_id)

    def test_is_refused_while_it_is_stopped(
        self,
        database: Database,
        start: Start,
        set_status: Callable[[uuid.UUID, str], None],
        world: World,
    ) -> None:
        message_id = start()
        set_status(message_id, "stopped")

        with pytest.raises(MessageNotReplayable):
            replay(database, world, message_id)
