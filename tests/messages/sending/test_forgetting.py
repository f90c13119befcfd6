"""Recipients are forgotten in time, and their numbers are not."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backend.base.database import Database
from backend.messages.health import health_of
from backend.messages.sending.forgetting import KEPT_DAYS, forget_recipients
from backend.notices.models import Notice
from tests.factories.notices import make_notice
from tests.factories.sendings import SHOPS, copies_of, recipients_of, shards_of
from tests.messages.conftest import Worker


@pytest.fixture
def done(worker: Worker, start: Callable[..., uuid.UUID], readers: list[uuid.UUID]) -> uuid.UUID:
    """A message to three readers that was told."""
    message_id = start(purpose=SHOPS)
    worker.work()
    worker.finish(message_id)
    return message_id


class TestForgetRecipients:
    def test_keeps_them_as_long_as_somebody_may_ask(
        self, database: Database, done: uuid.UUID, at: datetime
    ) -> None:
        kept = database.run(
            lambda session: forget_recipients(session, at=at + timedelta(days=KEPT_DAYS), limit=100)
        )

        assert kept == 0
        assert len(database.run(lambda session: recipients_of(session, done))) == 3
        assert len(database.run(lambda session: copies_of(session, done))) == 3

    def test_leaves_every_other_notice_in_the_inbox(
        self, database: Database, done: uuid.UUID, readers: list[uuid.UUID], at: datetime
    ) -> None:
        own = database.run(lambda session: make_notice(session, citizen_id=readers[0], at=at))

        later = at + timedelta(days=KEPT_DAYS, seconds=1)
        database.run(lambda session: forget_recipients(session, at=later, limit=100))

        assert database.run(lambda session: list(session.scalars(select(Notice.id)))) == [own]

    def test_deletes_a_part_at_a_time_and_keeps_how_it_went(
        self, database: Database, done: uuid.UUID, at: datetime
    ) -> None:
        later = at + timedelta(days=KEPT_DAYS, seconds=1)

        deleted = [
            database.run(lambda session: forget_recipients(session, at=later, limit=2)) for _ in range(3)
        ]

        assert deleted == [2, 1, 0]
        assert database.run(lambda session: shards_of(session, done)) == []
        assert database.run(lambda session: copies_of(session, done)) == []
        health = database.run(lambda session: health_of(session, message_id=done))
        assert health.states == {"accepted": 3}
