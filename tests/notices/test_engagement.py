"""How often circulars are opened and tapped."""

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.notices.engagement import Engagement, count_opened, engagement_of
from backend.notices.models import Circular, CircularCount
from backend.notices.service import NoticeNotFound, mark_all_read, mark_read, note_tap
from tests.factories.notices import make_circular, make_copy, make_notice
from tests.factories.people import SignedInCitizen, make_citizen
from tests.faults.test_races import at_once


@pytest.fixture
def owner(session: Session, at: datetime) -> SignedInCitizen:
    return make_citizen(session, at=at)


@pytest.fixture
def circular(session: Session, at: datetime) -> Circular:
    return make_circular(session, at=at)


@pytest.fixture
def copy_id(session: Session, owner: SignedInCitizen, circular: Circular, at: datetime) -> uuid.UUID:
    return make_copy(session, citizen_id=owner.id, circular=circular, at=at)


class TestOpened:
    def test_counts_the_first_reading_of_a_copy(
        self, session: Session, owner: SignedInCitizen, circular: Circular, copy_id: uuid.UUID, at: datetime
    ) -> None:
        mark_read(session, citizen_id=owner.id, notice_id=copy_id, language="ja", at=at)
        mark_read(session, citizen_id=owner.id, notice_id=copy_id, language="ja", at=at)

        assert engagement_of(session, circular_id=circular.id) == Engagement(opened=1, tapped=0)

    def test_counts_no_copy_that_was_only_cleared_away(
        self, session: Session, owner: SignedInCitizen, circular: Circular, copy_id: uuid.UUID, at: datetime
    ) -> None:
        mark_all_read(session, citizen_id=owner.id, at=at)

        assert engagement_of(session, circular_id=circular.id).opened == 0

    def test_counts_no_reading_by_somebody_else(
        self, session: Session, circular: Circular, copy_id: uuid.UUID, at: datetime
    ) -> None:
        stranger = make_citizen(session, at=at, nickname="となり")

        with pytest.raises(NoticeNotFound):
            mark_read(session, citizen_id=stranger.id, notice_id=copy_id, language="ja", at=at)

        assert engagement_of(session, circular_id=circular.id).opened == 0


class TestTapped:
    def test_counts_as_often_as_apps_say(
        self, session: Session, owner: SignedInCitizen, circular: Circular, copy_id: uuid.UUID
    ) -> None:
        note_tap(session, citizen_id=owner.id, notice_id=copy_id)
        note_tap(session, citizen_id=owner.id, notice_id=copy_id)

        assert engagement_of(session, circular_id=circular.id) == Engagement(opened=0, tapped=2)

    def test_counts_nothing_for_what_is_no_message_to_many(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        note_tap(session, citizen_id=owner.id, notice_id=make_notice(session, citizen_id=owner.id, at=at))

        assert session.scalars(select(CircularCount)).all() == []


@pytest.mark.slow
class TestReadersAtOnce:
    @pytest.fixture
    def read(self, database: Database, at: datetime) -> tuple[Circular, Callable[[Session], object]]:
        """A circular, and the reading of one copy of it."""

        def work(session: Session) -> tuple[Circular, uuid.UUID, uuid.UUID]:
            circular, reader = make_circular(session, at=at), make_citizen(session, at=at)
            return circular, reader.id, make_copy(session, citizen_id=reader.id, circular=circular, at=at)

        circular, citizen_id, notice_id = database.run(work)
        return circular, partial(mark_read, citizen_id=citizen_id, notice_id=notice_id, language="ja", at=at)

    def test_count_each_once(
        self, database: Database, read: tuple[Circular, Callable[[Session], object]]
    ) -> None:
        circular, reading = read

        at_once([partial(database.run, reading) for _ in range(8)])

        found = database.run(lambda session: engagement_of(session, circular_id=circular.id))
        assert found.opened == 1

    def test_lose_no_count(self, database: Database, at: datetime) -> None:
        circular = database.run(lambda session: make_circular(session, at=at))
        count = partial(count_opened, circular_id=circular.id)

        at_once([partial(database.run, count) for _ in range(20)])

        found = database.run(lambda session: engagement_of(session, circular_id=circular.id))
        assert found.opened == 20
