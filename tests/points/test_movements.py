"""Movements of points, on both databases."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.points.models import AccountKind, PointsAccount, PointsBalance, PointsLot, PointsLotUse
from backend.points.queries import (
    get_balance,
    list_slices,
)
from backend.points.service.movements import (
    ISSUANCE_ACCOUNT_ID,
    LAPSED_ACCOUNT_ID,
    BudgetInsufficient,
    PointsInsufficient,
    close_account,
    fund,
    lapse_expired_lots,
    open_account,
    release,
    spend,
)
from backend.points.verification import verify_ledger
from tests.points.conftest import Give
from tests.points.looking import entries_of, lots_left

DAY = timedelta(days=1)


class TestOpenAccount:
    def test_begins_empty_in_every_slice(self, session: Session, at: datetime) -> None:
        account_id = open_account(session, kind=AccountKind.FUNDING, at=at, slice_count=4)

        slices = list_slices(session, account_ids=[account_id])

        assert slices == {account_id: {0: 0, 1: 0, 2: 0, 3: 0}}

    def test_lets_no_balance_below_zero(self, session: Session, purse: uuid.UUID) -> None:
        balance = session.get_one(PointsBalance, (purse, 0))
        balance.balance_points = -1

        with pytest.raises(IntegrityError):
            session.flush()

    def test_takes_the_id_it_is_given(self, session: Session, at: datetime) -> None:
        shop_id = new_id()

        assert open_account(session, kind=AccountKind.SHOP, at=at, account_id=shop_id) == shop_id

    @pytest.mark.parametrize("kind", AccountKind)
    def test_lets_shops_alone_fall_below_zero(
        self, session: Session, at: datetime, kind: AccountKind
    ) -> None:
        account_id = open_account(session, kind=kind, at=at)

        balance = session.get_one(PointsBalance, (account_id, 0))
        assert balance.may_overdraw is (kind is AccountKind.SHOP)


class TestFund:
    def test_issues_points_out_of_the_issuance(self, session: Session, at: datetime) -> None:
        issued = get_balance(session, account_id=ISSUANCE_ACCOUNT_ID)
        account_id = open_account(session, kind=AccountKind.FUNDING, at=at)

        transaction_id = fund(session, account_id=account_id, points=700, at=at)

        assert entries_of(session, transaction_id) == {account_id: 700, ISSUANCE_ACCOUNT_ID: -700}
        assert get_balance(session, account_id=ISSUANCE_ACCOUNT_ID) == issued - 700

    def test_spreads_them_evenly_over_the_slices(self, session: Session, at: datetime) -> None:
        account_id = open_account(session, kind=AccountKind.FUNDING, at=at, slice_count=3)

        fund(session, account_id=account_id, points=11, at=at)

        assert list_slices(session, account_ids=[account_id])[account_id] == {0: 4, 1: 4, 2: 3}

    def test_funds_nothing_but_budgets(self, session: Session, purse: uuid.UUID, at: datetime) -> None:
        with pytest.raises(Exception, match="No row was found"):
            fund(session, account_id=purse, points=700, at=at)


class TestGrant:
    def test_moves_points_from_the_budget_to_the_citizen(
        self, session: Session, give: Give, budget: uuid.UUID, purse: uuid.UUID
    ) -> None:
        transaction_id = give(30)

        assert entries_of(session, transaction_id) == {budget: -30, purse: 30}
        assert get_balance(session, account_id=budget) == 970

    def test_leaves_a_lot_that_knows_its_budget_and_its_end(
        self, session: Session, give: Give, budget: uuid.UUID, purse: uuid.UUID, at: datetime
    ) -> None:
        give(30)

        lot = session.scalars(select(PointsLot).where(PointsLot.account_id == purse)).one()
        assert (lot.granted_points, lot.remaining_points, lot.funding_account_id) == (30, 30, budget)
        assert (lot.issued_at, lot.expires_at, lot.spendable_at) == (at, at + 10 * DAY, None)

    def test_draws_on_several_slices_when_none_has_enough(
        self, session: Session, give: Give, purse: uuid.UUID, at: datetime
    ) -> None:
        sliced = open_account(session, kind=AccountKind.FUNDING, at=at, slice_count=4)
        fund(session, account_id=sliced, points=20, at=at)

        give(20, funding_account_id=sliced)

        assert list_slices(session, account_ids=[sliced])[sliced] == {0: 0, 1: 0, 2: 0, 3: 0}
        assert get_balance(session, account_id=purse) == 20

    def test_refuses_more_than_the_budget_has(self, session: Session, give: Give, budget: uuid.UUID) -> None:
        with pytest.raises(BudgetInsufficient):
            give(1_001)

        assert get_balance(session, account_id=budget) == 1_000

    @pytest.mark.parametrize("points", [0, -1])
    def test_never_grants_less_than_a_point(self, give: Give, points: int) -> None:
        give(10)

        with pytest.raises((ValueError, IntegrityError)):
            give(points)

    def test_never_grants_a_lot_that_is_over_already(self, give: Give, at: datetime) -> None:
        with pytest.raises(IntegrityError):
            give(30, expires_at=at)

    def test_grants_nothing_to_an_account_that_is_closed(
        self, session: Session, give: Give, purse: uuid.UUID, at: datetime
    ) -> None:
        close_account(session, account_id=purse, at=at)

        with pytest.raises(Exception, match="closed"):
            give(30)


class TestRelease:
    def test_moves_points_from_the_budget_back_to_the_issuance(
        self, session: Session, budget: uuid.UUID, at: datetime
    ) -> None:
        transaction_id = release(session, account_id=budget, points=400, at=at)

        assert entries_of(session, transaction_id) == {budget: -400, ISSUANCE_ACCOUNT_ID: 400}

    def test_draws_on_every_slice(self, session: Session, at: datetime) -> None:
        sliced = open_account(session, kind=AccountKind.FUNDING, at=at, slice_count=4)
        fund(session, account_id=sliced, points=20, at=at)

        release(session, account_id=sliced, points=20, at=at)

        assert list_slices(session, account_ids=[sliced])[sliced] == {0: 0, 1: 0, 2: 0, 3: 0}

    def test_refuses_more_than_the_budget_has(
        self, session: Session, budget: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(BudgetInsufficient):
            release(session, account_id=budget, points=1_001, at=at)

    @pytest.mark.parametrize("points", [0, -1])
    def test_never_releases_less_than_a_point(
        self, session: Session, budget: uuid.UUID, at: datetime, points: int
    ) -> None:
        with pytest.raises(ValueError, match="at least 1"):
            release(session, account_id=budget, points=points, at=at)


class TestSpend:
    def test_moves_points_from_the_citizen_to_the_shop(
        self, session: Session, give: Give, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        give(30)

        transaction_id = spend(session, account_id=purse, to_account_id=till, points=12, at=at)

        assert entries_of(session, transaction_id) == {purse: -12, till: 12}
        assert get_balance(session, account_id=purse) == 18

    def test_uses_first_what_ends_first(
        self, session: Session, give: Give, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        give(10, expires_at=at + 9 * DAY)
        give(10, expires_at=at + 3 * DAY)
        give(10, expires_at=at + 6 * DAY)

        spend(session, account_id=purse, to_account_id=till, points=15, at=at)

        assert lots_left(session, purse) == [0, 5, 10]

    def test_cannot_use_a_lot_that_is_over_though_no_job_has_run(
        self, session: Session, give: Give, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        give(10, expires_at=at + DAY)
        give(5, expires_at=at + 3 * DAY)

        with pytest.raises(PointsInsufficient):
            spend(session, account_id=purse, to_account_id=till, points=6, at=at + DAY)

        assert get_balance(session, account_id=purse) == 15

    def test_can_use_a_lot_until_the_moment_it_ends(
        self, session: Session, give: Give, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        give(10, expires_at=at + DAY)

        spend(
            session, account_id=purse, to_account_id=till, points=10, at=at + DAY - timedelta(microseconds=1)
        )

        assert get_balance(session, account_id=till) == 10

    def test_cannot_use_a_lot_that_is_still_pending(
        self, session: Session, give: Give, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        give(10, spendable_at=at + DAY)

        with pytest.raises(PointsInsufficient):
            spend(session, account_id=purse, to_account_id=till, points=1, at=at)

    def test_can_use_a_pending_lot_from_its_moment_on(
        self, session: Session, give: Give, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        give(10, spendable_at=at + DAY)

        spend(session, account_id=purse, to_account_id=till, points=10, at=at + DAY)

        assert get_balance(session, account_id=till) == 10

    def test_cannot_use_somebody_elses_points(
        self, session: Session, give: Give, till: uuid.UUID, at: datetime
    ) -> None:
        give(10)
        stranger = open_account(session, kind=AccountKind.CITIZEN, at=at)

        with pytest.raises(PointsInsufficient):
            spend(session, account_id=stranger, to_account_id=till, points=1, at=at)

    @pytest.mark.parametrize(
        "points",
        [
            0,
            -5,
        ],
    )
    def test_never_spends_less_than_a_point(
        self,
        session: Session,
        give: Give,
        purse: uuid.UUID,
        till: uuid.UUID,
        at: datetime,
        points: int,
    ) -> None:
        """A negative amount would take points out of the shop's till."""
        give(10)
        spend(session, account_id=purse, to_account_id=till, points=8, at=at)

        with pytest.raises(ValueError, match="points"):
            spend(session, account_id=purse, to_account_id=till, points=points, at=at)

    def test_writes_down_what_it_took_from_each_lot(
        self, session: Session, give: Give, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        give(10)
        give(10)

        transaction_id = spend(session, account_id=purse, to_account_id=till, points=15, at=at)

        uses = select(PointsLotUse.points).where(PointsLotUse.transaction_id == transaction_id)
        assert sorted(session.scalars(uses)) == [5, 10]


class TestLapseExpiredLots:
    def test_moves_what_nobody_spent_to_the_lapsed_points(
        self, session: Session, give: Give, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        give(10)
        spend(session, account_id=purse, to_account_id=till, points=4, at=at)

        lapsed = lapse_expired_lots(session, at=at + 10 * DAY)

        assert lapsed == 1
        assert get_balance(session, account_id=purse) == 0
        assert get_balance(session, account_id=LAPSED_ACCOUNT_ID) == 6

    def test_leaves_alone_what_lives(
        self, session: Session, give: Give, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10)

        lapsed = lapse_expired_lots(session, at=at + 10 * DAY - timedelta(microseconds=1))

        assert lapsed == 0
        assert get_balance(session, account_id=purse) == 10

    def test_lapses_nothing_twice(self, session: Session, give: Give, at: datetime) -> None:
        give(10)
        lapse_expired_lots(session, at=at + 10 * DAY)

        assert lapse_expired_lots(session, at=at + 20 * DAY) == 0

    def test_takes_no_more_lots_at_once_than_it_is_told_the_oldest_first(
        self, session: Session, give: Give, purse: uuid.UUID, at: datetime
    ) -> None:
        give(1, expires_at=at + 3 * DAY)
        give(2, expires_at=at + 1 * DAY)
        give(4, expires_at=at + 2 * DAY)

        lapsed = lapse_expired_lots(session, at=at + 9 * DAY, limit=2)

        assert lapsed == 2
        assert get_balance(session, account_id=purse) == 1

    def test_lapses_the_lots_of_many_citizens(
        self, session: Session, give: Give, purse: uuid.UUID, at: datetime
    ) -> None:
        other = open_account(session, kind=AccountKind.CITIZEN, at=at)
        give(3)
        give(4, account_id=other)

        assert lapse_expired_lots(session, at=at + 10 * DAY) == 2
        assert get_balance(session, account_id=LAPSED_ACCOUNT_ID) == 7


class TestCloseAccount:
    def test_lapses_all_that_is_held_dead_pending_or_alive(
        self, session: Session, give: Give, purse: uuid.UUID, at: datetime
    ) -> None:
        give(1, expires_at=at + DAY)
        give(2, spendable_at=at + 5 * DAY)
        give(4)

        lapsed_points = close_account(session, account_id=purse, at=at + 2 * DAY)

        assert lapsed_points == 7
        assert get_balance(session, account_id=purse) == 0
        assert lots_left(session, purse) == [0, 0, 0]

    def test_dates_the_closing(self, session: Session, purse: uuid.UUID, at: datetime) -> None:
        close_account(session, account_id=purse, at=at)

        session.expire_all()
        assert session.get_one(PointsAccount, purse).closed_at == at

    def test_is_fine_with_an_account_that_holds_nothing(
        self, session: Session, purse: uuid.UUID, at: datetime
    ) -> None:
        assert close_account(session, account_id=purse, at=at) == 0


class TestLedger:
    def test_stays_sound_through_a_whole_life(
        self,
        database: Database,
        session: Session,
        give: Give,
        purse: uuid.UUID,
        till: uuid.UUID,
        at: datetime,
    ) -> None:
        give(10)
        give(5, expires_at=at + DAY)
        spend(session, account_id=purse, to_account_id=till, points=7, at=at)
        lapse_expired_lots(session, at=at + 20 * DAY)
        close_account(session, account_id=purse, at=at + 21 * DAY)
        session.commit()

        assert database.run(verify_ledger) == []
