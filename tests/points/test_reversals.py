"""What refunds undo, on both databases."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.points.models import AccountKind, PointsDebt, PointsLot
from backend.points.queries import AskedPoints, get_balance, get_points_summary, list_debts
from backend.points.service.holds import hold, post_hold
from backend.points.service.movements import (
    AccountClosed,
    close_account,
    fund,
    lapse_expired_lots,
    open_account,
    spend,
)
from backend.points.service.reversals import (
    Reclaimed,
    SpendExceeded,
    SpendNotFound,
    give_back,
    reclaim,
)
from backend.points.verification import verify_ledger
from tests.points.conftest import Give
from tests.points.looking import entries_of, lots_left

DAY = timedelta(days=1)
REFUND = uuid.UUID(int=7)

AskBack = Callable[..., Reclaimed]
Pay = Callable[..., uuid.UUID]


@pytest.fixture
def ask_back(session: Session, purse: uuid.UUID, at: datetime) -> AskBack:
    """Reclaim points of what one grant gave the purse."""

    def ask_back(granted: uuid.UUID, points: int, *, before: int = 0, at: datetime = at) -> Reclaimed:
        lot_id = session.scalars(select(PointsLot.id).where(PointsLot.transaction_id == granted)).one()
        asked = {lot_id: AskedPoints(points, before)}
        return reclaim(session, account_id=purse, asked=asked, source_id=REFUND, at=at)

    return ask_back


@pytest.fixture
def pay(session: Session, purse: uuid.UUID, till: uuid.UUID, at: datetime) -> Pay:
    """Spend points of the purse at the till."""

    def pay(points: int, *, at: datetime = at) -> uuid.UUID:
        return spend(session, account_id=purse, to_account_id=till, points=points, at=at)

    return pay


@pytest.fixture(autouse=True)
def _sound(session: Session) -> object:
    """Whatever a test does, the ledger stays sound."""
    yield
    assert verify_ledger(session) == []


class TestReclaim:
    def test_takes_points_back_to_their_budget(
        self, session: Session, give: Give, ask_back: AskBack, budget: uuid.UUID, purse: uuid.UUID
    ) -> None:
        granted = give(30)

        reclaimed = ask_back(granted, 12)

        assert (reclaimed.taken_points, reclaimed.owed_points, reclaimed.forgiven_points) == (12, 0, 0)
        assert reclaimed.transaction_id is not None
        assert entries_of(session, reclaimed.transaction_id) == {purse: -12, budget: 12}
        assert get_balance(session, account_id=budget) == 982

    def test_takes_from_the_lot_itself_before_others_that_end_sooner(
        self, session: Session, give: Give, ask_back: AskBack, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10, expires_at=at + DAY)
        granted = give(10)

        ask_back(granted, 10)

        assert lots_left(session, purse) == [10, 0]

    def test_takes_the_rest_from_other_lots_first_expiring_first(
        self,
        session: Session,
        give: Give,
        ask_back: AskBack,
        pay: Pay,
        purse: uuid.UUID,
        at: datetime,
    ) -> None:
        granted = give(10, expires_at=at + DAY)
        pay(8)
        give(5, expires_at=at + 9 * DAY)
        give(5, expires_at=at + 5 * DAY)

        ask_back(granted, 10)

        assert lots_left(session, purse) == [0, 0, 2]

    def test_gives_the_budget_back_what_other_budgets_gave(
        self,
        session: Session,
        give: Give,
        ask_back: AskBack,
        pay: Pay,
        budget: uuid.UUID,
        at: datetime,
    ) -> None:
        other = open_account(session, kind=AccountKind.FUNDING, at=at)
        fund(session, account_id=other, points=50, at=at)
        granted = give(10, expires_at=at + DAY)
        pay(10)
        give(10, funding_account_id=other)

        ask_back(granted, 10)

        assert get_balance(session, account_id=budget) == 1_000
        assert get_balance(session, account_id=other) == 40

    def test_makes_a_debt_of_what_was_spent(
        self,
        session: Session,
        give: Give,
        ask_back: AskBack,
        pay: Pay,
        budget: uuid.UUID,
        purse: uuid.UUID,
        at: datetime,
    ) -> None:
        granted = give(10)
        pay(7)

        reclaimed = ask_back(granted, 10)

        assert (reclaimed.taken_points, reclaimed.owed_points) == (3, 7)
        debt = session.scalars(select(PointsDebt)).one()
        incurred = (debt.account_id, debt.funding_account_id, debt.source_id, debt.incurred_at)
        assert incurred == (purse, budget, REFUND, at)
        assert (debt.incurred_points, debt.owed_points) == (7, 7)

    def test_moves_nothing_when_all_is_owed(
        self, session: Session, give: Give, ask_back: AskBack, pay: Pay, purse: uuid.UUID
    ) -> None:
        granted = give(10)
        pay(10)

        assert ask_back(granted, 10) == Reclaimed(None, 0, 10, 0)

    def test_takes_pending_points(
        self, session: Session, give: Give, ask_back: AskBack, purse: uuid.UUID, at: datetime
    ) -> None:
        granted = give(10, spendable_at=at + DAY)

        ask_back(granted, 10)

        assert get_points_summary(session, account_id=purse, at=at).pending_points == 0

    def test_takes_expired_points_that_did_not_lapse_yet(
        self, give: Give, ask_back: AskBack, at: datetime
    ) -> None:
        granted = give(10, expires_at=at + DAY)

        assert ask_back(granted, 10, at=at + 2 * DAY).taken_points == 10

    def test_forgives_what_lapsed(
        self, session: Session, give: Give, ask_back: AskBack, pay: Pay, at: datetime
    ) -> None:
        granted = give(10, expires_at=at + DAY)
        pay(4)
        lapse_expired_lots(session, at=at + DAY)

        reclaimed = ask_back(granted, 10, at=at + 2 * DAY)

        assert (reclaimed.taken_points, reclaimed.owed_points, reclaimed.forgiven_points) == (0, 4, 6)

    def test_forgives_no_point_twice(
        self, session: Session, give: Give, ask_back: AskBack, pay: Pay, at: datetime
    ) -> None:
        granted = give(10, expires_at=at + DAY)
        pay(5)
        lapse_expired_lots(session, at=at + DAY)
        ask_back(granted, 5, at=at + 2 * DAY)

        reclaimed = ask_back(granted, 5, before=5, at=at + 2 * DAY)

        assert (reclaimed.owed_points, reclaimed.forgiven_points) == (5, 0)

    def test_forgives_what_lapsed_after_an_earlier_part_was_taken(
        self, session: Session, give: Give, ask_back: AskBack, at: datetime
    ) -> None:
        granted = give(10, expires_at=at + DAY)
        ask_back(granted, 5)
        lapse_expired_lots(session, at=at + DAY)

        reclaimed = ask_back(granted, 5, before=5, at=at + 2 * DAY)

        assert (reclaimed.owed_points, reclaimed.forgiven_points) == (0, 5)

    def test_leaves_held_points_to_the_shop(
        self,
        session: Session,
        give: Give,
        ask_back: AskBack,
        purse: uuid.UUID,
        till: uuid.UUID,
        at: datetime,
    ) -> None:
        granted = give(10)
        held: dict = {"account_id": purse, "to_account_id": till, "expires_at": at + DAY, "at": at}
        hold_id = hold(session, points=6, **held)

        reclaimed = ask_back(granted, 10)
        post_hold(session, hold_id=hold_id, points=6, at=at)

        assert (reclaimed.taken_points, reclaimed.owed_points) == (4, 6)

    def test_asks_nobody_for_the_points_of_another(
        self, session: Session, give: Give, ask_back: AskBack, at: datetime
    ) -> None:
        other = open_account(session, kind=AccountKind.CITIZEN, at=at)
        granted = give(10, account_id=other)

        with pytest.raises(ValueError, match="own lots"):
            ask_back(granted, 10)

    def test_asks_nothing_of_an_account_that_is_closed(
        self, session: Session, give: Give, ask_back: AskBack, purse: uuid.UUID, at: datetime
    ) -> None:
        granted = give(10)
        close_account(session, account_id=purse, at=at)

        with pytest.raises(AccountClosed):
            ask_back(granted, 10)


class TestDebts:
    @pytest.fixture
    def owing(self, give: Give, ask_back: AskBack, pay: Pay) -> None:
        """The purse holds nothing and owes its budget 10 points."""
        granted = give(10)
        pay(10)
        ask_back(granted, 10)

    def test_are_repaid_by_what_is_earned_next(
        self, session: Session, give: Give, owing: None, budget: uuid.UUID, purse: uuid.UUID
    ) -> None:
        give(6)

        assert [debt.owed_points for debt in list_debts(session, account_id=purse)] == [4]
        assert get_balance(session, account_id=purse) == 0
        assert get_balance(session, account_id=budget) == 990

    def test_leave_what_they_do_not_need(
        self, session: Session, give: Give, owing: None, purse: uuid.UUID
    ) -> None:
        give(13)

        assert list_debts(session, account_id=purse) == []
        assert lots_left(session, purse) == [0, 3]

    def test_are_repaid_out_of_any_budget(
        self, session: Session, give: Give, owing: None, budget: uuid.UUID, at: datetime
    ) -> None:
        other = open_account(session, kind=AccountKind.FUNDING, at=at, slice_count=4)
        fund(session, account_id=other, points=50, at=at)

        give(13, funding_account_id=other)

        assert get_balance(session, account_id=other) == 37
        assert get_balance(session, account_id=budget) == 1_000

    def test_are_repaid_out_of_pending_points(
        self, session: Session, give: Give, owing: None, purse: uuid.UUID, at: datetime
    ) -> None:
        give(13, spendable_at=at + DAY)

        assert get_points_summary(session, account_id=purse, at=at).pending_points == 3

    def test_are_repaid_the_oldest_first(
        self,
        session: Session,
        give: Give,
        ask_back: AskBack,
        pay: Pay,
        owing: None,
        purse: uuid.UUID,
        at: datetime,
    ) -> None:
        granted = give(25)
        pay(15)
        ask_back(granted, 25, at=at + DAY)

        give(12)

        assert [debt.owed_points for debt in list_debts(session, account_id=purse)] == [13]

    def test_stay_while_spent_points_come_back(
        self, session: Session, give: Give, ask_back: AskBack, pay: Pay, purse: uuid.UUID, at: datetime
    ) -> None:
        granted = give(10)
        spent = pay(10)
        ask_back(granted, 10)

        give_back(session, spend_transaction_id=spent, points=10, source_id=REFUND, at=at)

        assert [debt.owed_points for debt in list_debts(session, account_id=purse)] == [10]
        assert get_balance(session, account_id=purse) == 10


class TestGiveBack:
    def test_moves_points_from_the_shop_to_the_citizen(
        self, session: Session, give: Give, pay: Pay, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        give(30)
        spent = pay(20)

        back = give_back(session, spend_transaction_id=spent, points=15, source_id=REFUND, at=at)

        assert entries_of(session, back) == {till: -15, purse: 15}

    def test_makes_lots_that_keep_their_budget_and_know_the_use_they_undo(
        self, session: Session, give: Give, pay: Pay, budget: uuid.UUID, at: datetime
    ) -> None:
        give(30)
        spent = pay(20)

        back = give_back(session, spend_transaction_id=spent, points=15, source_id=REFUND, at=at)

        old, new = session.scalars(select(PointsLot).order_by(PointsLot.id))
        assert (new.transaction_id, new.funding_account_id, new.granted_points) == (back, budget, 15)
        assert (new.returned_from_transaction_id, new.returned_from_lot_id) == (spent, old.id)

    def test_gives_the_last_consumed_back_first(
        self, session: Session, give: Give, pay: Pay, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10, expires_at=at + 30 * DAY)
        give(10, expires_at=at + 40 * DAY)
        spent = pay(15)

        give_back(session, spend_transaction_id=spent, points=8, source_id=REFUND, at=at)

        back = select(PointsLot.granted_points, PointsLot.expires_at).where(
            PointsLot.returned_from_lot_id.is_not(None)
        )
        assert sorted(session.execute(back).all()) == [(3, at + 30 * DAY), (5, at + 40 * DAY)]

    def test_lets_points_be_spent_for_two_weeks_at_least(
        self, session: Session, give: Give, pay: Pay, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10, expires_at=at + DAY)
        spent = pay(10)

        give_back(session, spend_transaction_id=spent, points=10, source_id=REFUND, at=at + 5 * DAY)

        summary = get_points_summary(session, account_id=purse, at=at + 5 * DAY)
        end_of_july_fourth = datetime(2026, 7, 4, 15, 0, tzinfo=UTC)
        assert [expiry.expires_at for expiry in summary.next_expiries] == [end_of_july_fourth]

    def test_gives_back_what_a_hold_posted(
        self, session: Session, give: Give, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        give(10)
        held: dict = {"account_id": purse, "to_account_id": till, "expires_at": at + DAY, "at": at}
        spent = post_hold(session, hold_id=hold(session, points=10, **held), points=6, at=at)

        give_back(session, spend_transaction_id=spent, points=6, source_id=REFUND, at=at)

        assert get_balance(session, account_id=purse) == 10

    def test_is_refused_beyond_what_was_spent(
        self, session: Session, give: Give, pay: Pay, at: datetime
    ) -> None:
        give(30)
        spent = pay(20)

        with pytest.raises(SpendExceeded):
            give_back(session, spend_transaction_id=spent, points=21, source_id=REFUND, at=at)

    def test_is_refused_beyond_what_has_not_come_back_yet(
        self, session: Session, give: Give, pay: Pay, at: datetime
    ) -> None:
        give(40)
        pay(10)
        spent = pay(20)
        give_back(session, spend_transaction_id=spent, points=15, source_id=REFUND, at=at)

        with pytest.raises(SpendExceeded):
            give_back(session, spend_transaction_id=spent, points=6, source_id=REFUND, at=at)

    def test_gives_back_what_came_back_and_was_spent_once_more(
        self, session: Session, give: Give, pay: Pay, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10)
        give_back(session, spend_transaction_id=pay(10), points=10, source_id=REFUND, at=at)

        give_back(session, spend_transaction_id=pay(10), points=10, source_id=REFUND, at=at)

        assert lots_left(session, purse) == [0, 0, 10]

    def test_undoes_nothing_but_spends(self, session: Session, give: Give, at: datetime) -> None:
        granted = give(10)

        with pytest.raises(SpendNotFound):
            give_back(session, spend_transaction_id=granted, points=1, source_id=REFUND, at=at)

    @pytest.mark.parametrize("points", [0, -1])
    def test_never_gives_back_less_than_a_point(self, session: Session, points: int, at: datetime) -> None:
        with pytest.raises(ValueError, match="at least 1"):
            give_back(session, spend_transaction_id=new_id(), points=points, source_id=REFUND, at=at)

    def test_gives_nothing_to_an_account_that_is_closed(
        self, session: Session, give: Give, pay: Pay, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10)
        spent = pay(10)
        close_account(session, account_id=purse, at=at)

        with pytest.raises(AccountClosed):
            give_back(session, spend_transaction_id=spent, points=10, source_id=REFUND, at=at)
