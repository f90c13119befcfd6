"""Reading and marking, owner by owner."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.pages import CursorInvalid, PageRequest
from backend.notices.models import Notice
from backend.notices.queries import UNREAD_COUNT, Inbox, count_unread, list_notices
from backend.notices.service import NoticeNotFound, mark_all_read, mark_read
from tests.changes.test_queries import plan_of
from tests.conftest import NOW
from tests.factories.notices import make_notice
from tests.factories.people import SignedInCitizen, make_citizen


@pytest.fixture
def owner(session: Session, at: datetime) -> SignedInCitizen:
    return make_citizen(session, at=at)


@pytest.fixture
def other(session: Session, at: datetime) -> SignedInCitizen:
    return make_citizen(session, at=at, nickname="となり")


def page(session: Session, citizen_id: uuid.UUID, limit: int = 20, cursor: str | None = None) -> Inbox:
    request = PageRequest(limit=limit, cursor=cursor)
    return list_notices(session, citizen_id=citizen_id, page=request, language="ja", at=NOW)


class TestListNotices:
    def test_turns_its_pages_from_the_newest_to_the_oldest(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        notices = [make_notice(session, citizen_id=owner.id, at=at) for _ in range(5)]

        first = page(session, owner.id, limit=2)
        second = page(session, owner.id, limit=2, cursor=first.next_cursor)
        third = page(session, owner.id, limit=2, cursor=second.next_cursor)

        listed = [card.id for inbox in (first, second, third) for card in inbox.items]
        assert listed == notices[::-1]
        assert third.next_cursor is None

    def test_a_new_notice_shifts_no_page(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        oldest = make_notice(session, citizen_id=owner.id, at=at)
        make_notice(session, citizen_id=owner.id, at=at)
        first = page(session, owner.id, limit=1)

        make_notice(session, citizen_id=owner.id, at=at)

        assert [card.id for card in page(session, owner.id, cursor=first.next_cursor).items] == [oldest]

    def test_counts_the_unread_of_the_whole_inbox_on_every_page(
        self, session: Session, owner: SignedInCitizen, other: SignedInCitizen, at: datetime
    ) -> None:
        read = make_notice(session, citizen_id=owner.id, at=at)
        make_notice(session, citizen_id=owner.id, at=at)
        make_notice(session, citizen_id=owner.id, at=at)
        make_notice(session, citizen_id=other.id, at=at)
        mark_read(session, citizen_id=owner.id, notice_id=read, language="ja", at=at)

        first = page(session, owner.id, limit=1)

        assert first.unread_count == 2
        assert page(session, owner.id, cursor=first.next_cursor).unread_count == 2

    def test_counts_also_behind_the_last_page(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        oldest = make_notice(session, citizen_id=owner.id, at=at)
        make_notice(session, citizen_id=owner.id, at=at)
        first = page(session, owner.id, limit=1)
        session.delete(session.get_one(Notice, oldest))
        session.flush()

        beyond = page(session, owner.id, cursor=first.next_cursor)

        assert (list(beyond.items), beyond.unread_count) == ([], 1)

    def test_is_empty_at_first(self, session: Session, owner: SignedInCitizen) -> None:
        assert page(session, owner.id) == Inbox([], None, 0)

    def test_refuses_a_cursor_it_did_not_make(self, session: Session, owner: SignedInCitizen) -> None:
        with pytest.raises(CursorInvalid):
            page(session, owner.id, cursor="WzFd")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestCountUnread:
    def test_looks_at_the_unread_only(self, database: Database) -> None:
        assert "USING INDEX ix_notices_unread (citizen_id=?)" in plan_of(UNREAD_COUNT, database)


class TestMarkRead:
    def test_keeps_the_moment_of_the_first_reading(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        notice_id = make_notice(session, citizen_id=owner.id, at=at)
        mark_read(session, citizen_id=owner.id, notice_id=notice_id, language="ja", at=at)

        again = mark_read(
            session, citizen_id=owner.id, notice_id=notice_id, language="ja", at=at + timedelta(days=1)
        )

        assert again.read_at == at

    def test_does_not_know_somebody_elses(
        self, session: Session, owner: SignedInCitizen, other: SignedInCitizen, at: datetime
    ) -> None:
        notice_id = make_notice(session, citizen_id=owner.id, at=at)

        with pytest.raises(NoticeNotFound):
            mark_read(session, citizen_id=other.id, notice_id=notice_id, language="ja", at=at)

        assert count_unread(session, citizen_id=owner.id, at=at) == 1


class TestMarkAllRead:
    def test_tells_how_many_were_unread(
        self, session: Session, owner: SignedInCitizen, other: SignedInCitizen, at: datetime
    ) -> None:
        make_notice(session, citizen_id=owner.id, at=at)
        make_notice(session, citizen_id=owner.id, at=at)
        make_notice(session, citizen_id=other.id, at=at)

        assert mark_all_read(session, citizen_id=owner.id, at=at) == 2
        assert mark_all_read(session, citizen_id=owner.id, at=at) == 0
        assert count_unread(session, citizen_id=other.id, at=at) == 1

    def test_spares_what_came_after_the_screen_was_drawn(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        seen = make_notice(session, citizen_id=owner.id, at=at)
        make_notice(session, citizen_id=owner.id, at=at)

        assert mark_all_read(session, citizen_id=owner.id, up_to=seen, at=at) == 1
        assert count_unread(session, citizen_id=owner.id, at=at) == 1
