"""Reads of balances, lots and entries, on both databases."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.pages import PageRequest
from backend.points.queries import (
    Expiry,
    PointsSummary,
    get_points_summary,
    list_entries,
)
from tests.points.conftest import Give

DAY = timedelta(days=1)


class TestPointsSummary:
    def test_tells_live_pending_and_the_next_ends_apart_from_what_is_over(
        self, session: Session, give: Give, purse: uuid.UUID, at: datetime
    ) -> None:
        give(1, expires_at=at + DAY)
        give(2, expires_at=at + 5 * DAY)
        give(4, expires_at=at + 5 * DAY)
        give(8, expires_at=at + 7 * DAY, spendable_at=at + 6 * DAY)

        summary = get_points_summary(session, account_id=purse, at=at + 2 * DAY)

        ends = [Expiry(at + 5 * DAY, 6), Expiry(at + 7 * DAY, 8)]
        assert summary == PointsSummary(6, 8, 0, ends)

    def test_shows_the_five_soonest_ends(
        self, session: Session, give: Give, purse: uuid.UUID, at: datetime
    ) -> None:
        for days in range(1, 8):
            give(1, expires_at=at + days * DAY)

        summary = get_points_summary(session, account_id=purse, at=at)

        assert [expiry.expires_at for expiry in summary.next_expiries] == [
            at + days * DAY for days in range(1, 6)
        ]

    def test_is_nothing_for_an_account_nobody_opened(self, session: Session, at: datetime) -> None:
        assert get_points_summary(session, account_id=new_id(), at=at) == PointsSummary(0, 0, 0, [])


class TestListEntries:
    def test_gives_every_movement_once_newest_first_over_all_pages(
        self, session: Session, give: Give, purse: uuid.UUID
    ) -> None:
        given = [give(points) for points in (1, 2, 3, 4, 5)]

        first = list_entries(session, account_id=purse, page=PageRequest(limit=2))
        second = list_entries(session, account_id=purse, page=PageRequest(2, first.next_cursor))
        third = list_entries(session, account_id=purse, page=PageRequest(2, second.next_cursor))

        seen = [entry.transaction_id for page in (first, second, third) for entry in page.items]
        assert seen == given[::-1]
        assert third.next_cursor is None
