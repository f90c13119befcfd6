"""Pending points that are kept pending, by a hold for nobody, on both databases."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.points.queries import get_points_summary
from backend.points.service.holds import expire_holds, free_kept, keep_again, keep_pending
from backend.points.service.movements import PointsInsufficient, close_account, lapse_expired_lots, spend
from backend.points.service.seals import seal_ledger
from backend.points.verification import verify_ledger
from tests.points.conftest import Give

DAY = timedelta(days=1)


@pytest.fixture
def source() -> uuid.UUID:
    """Of what is kept: a purchase."""
    return new_id()


@pytest.fixture
def pending(session: Session, give: Give, purse: uuid.UUID, source: uuid.UUID, at: datetime) -> None:
    """Of the source 40 points that are pending for three days and kept, 7 at once; 10 pending of another."""
    give(40, spendable_at=at + 3 * DAY, source_id=source)
    give(7, source_id=source)
    give(10, spendable_at=at + 3 * DAY, source_id=new_id())
    keep_pending(session, account_id=purse, source_id=source, at=at)


def seen(session: Session, purse: uuid.UUID, at: datetime) -> tuple[int, int, int]:
    """Spendable, pending, held."""
    found = get_points_summary(session, account_id=purse, at=at)
    return found.balance_points, found.pending_points, found.held_points


@pytest.mark.usefixtures("pending")
class TestKeepPending:
    def test_holds_what_is_pending_of_one_source(
        self, session: Session, purse: uuid.UUID, at: datetime
    ) -> None:
        assert seen(session, purse, at) == (7, 50, 0)
        assert seen(session, purse, at + 4 * DAY) == (17, 40, 0)
        assert verify_ledger(session) == []

    def test_outlasts_the_day_on_which_they_would_be_spendable(
        self, session: Session, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        later = at + 4 * DAY

        with pytest.raises(PointsInsufficient):
            spend(session, account_id=purse, to_account_id=till, points=18, at=later)

        assert seen(session, purse, later) == (17, 40, 0)

    def test_is_done_once(self, session: Session, purse: uuid.UUID, source: uuid.UUID, at: datetime) -> None:
        keep_pending(session, account_id=purse, source_id=source, at=at)

        assert seen(session, purse, at) == (7, 50, 0)
        assert seen(session, purse, at + 4 * DAY) == (17, 40, 0)
        assert len(free_kept(session, account_id=purse, source_id=source, at=at)) == 1

    def test_changes_nothing_that_is_sealed(
        self, session: Session, give: Give, purse: uuid.UUID, at: datetime
    ) -> None:
        sealed_source = new_id()
        give(5, spendable_at=at + 3 * DAY, source_id=sealed_source)
        seal_ledger(session, at=at)

        keep_pending(session, account_id=purse, source_id=sealed_source, at=at)

        assert verify_ledger(session) == []

    def test_ends_with_the_lot(self, session: Session, purse: uuid.UUID, at: datetime) -> None:
        over = at + 11 * DAY

        assert expire_holds(session, at=over) == 1

        lapse_expired_lots(session, at=over)
        assert seen(session, purse, over) == (0, 0, 0)
        assert verify_ledger(session) == []

    def test_ends_when_the_person_leaves(self, session: Session, purse: uuid.UUID, at: datetime) -> None:
        assert close_account(session, account_id=purse, at=at) == 57

        assert verify_ledger(session) == []


@pytest.mark.usefixtures("pending")
class TestFreeKept:
    def test_leaves_them_pending_while_they_would_be(
        self, session: Session, purse: uuid.UUID, source: uuid.UUID, at: datetime
    ) -> None:
        free_kept(session, account_id=purse, source_id=source, at=at)

        assert seen(session, purse, at) == (7, 50, 0)

    def test_makes_them_spendable_when_their_day_has_come(
        self, session: Session, purse: uuid.UUID, till: uuid.UUID, source: uuid.UUID, at: datetime
    ) -> None:
        later = at + 4 * DAY

        free_kept(session, account_id=purse, source_id=source, at=later)

        spend(session, account_id=purse, to_account_id=till, points=57, at=later)
        assert verify_ledger(session) == []

    def test_frees_nothing_of_another_source(self, session: Session, purse: uuid.UUID, at: datetime) -> None:
        assert free_kept(session, account_id=purse, source_id=new_id(), at=at) == []

        assert seen(session, purse, at) == (7, 50, 0)
        assert seen(session, purse, at + 4 * DAY) == (17, 40, 0)


@pytest.mark.usefixtures("pending")
class TestKeepAgain:
    def test_holds_them_though_their_day_has_come(
        self, session: Session, purse: uuid.UUID, source: uuid.UUID, at: datetime
    ) -> None:
        later = at + 4 * DAY
        lots = free_kept(session, account_id=purse, source_id=source, at=later)

        keep_again(session, account_id=purse, lot_ids=lots, at=later)

        assert seen(session, purse, later) == (17, 40, 0)
        assert free_kept(session, account_id=purse, source_id=source, at=later) == lots
