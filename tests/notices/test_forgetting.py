"""Old notices leave the inbox, oldest first, and phones hear of it."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.changes.models import OwnChange
from backend.notices.forgetting import KEPT_DAYS, forget_old_notices
from backend.notices.models import Notice
from tests.factories.notices import list_deliveries, make_device, make_notice
from tests.factories.people import make_citizen

KEPT = timedelta(days=KEPT_DAYS)


@pytest.fixture
def notice_ids(session: Session, at: datetime) -> list[uuid.UUID]:
    """Of one citizen with one device, oldest first. Their ids are of the machine's own time, which never travels."""
    citizen = make_citizen(session, at=at)
    make_device(session, citizen_id=citizen.id, at=at)
    return [make_notice(session, citizen_id=citizen.id, at=at) for _ in range(3)]


def told_at(notice_id: uuid.UUID) -> datetime:
    """The moment of a UUIDv7."""
    return datetime.fromtimestamp((notice_id.int >> 80) / 1000, UTC)


def left(session: Session) -> set[uuid.UUID]:
    return set(session.scalars(select(Notice.id)))


class TestForgetOldNotices:
    def test_keeps_them_for_a_year(self, session: Session, notice_ids: list[uuid.UUID]) -> None:
        assert forget_old_notices(session, at=told_at(notice_ids[0]) + KEPT, limit=10) == 0
        assert left(session) == set(notice_ids)

    def test_deletes_the_oldest_first_with_their_deliveries(
        self, session: Session, notice_ids: list[uuid.UUID]
    ) -> None:
        later = told_at(notice_ids[2]) + KEPT + timedelta(seconds=1)

        first = forget_old_notices(session, at=later, limit=2)
        kept = left(session)
        rest = [forget_old_notices(session, at=later, limit=2) for _ in range(2)]

        assert first == 2
        assert kept == {notice_ids[2]}
        assert rest == [1, 0]
        assert list_deliveries(session) == []

    def test_tells_phones_that_keep_a_copy(self, session: Session, notice_ids: list[uuid.UUID]) -> None:
        forget_old_notices(session, at=told_at(notice_ids[2]) + KEPT + timedelta(seconds=1), limit=10)

        gone = session.scalars(select(OwnChange.subject_id).where(OwnChange.kind == "notices"))
        assert set(gone) == set(notice_ids)
