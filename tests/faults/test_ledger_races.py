"""Many at once on one purse, on real databases: each hold ends once, nothing comes back twice."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.points.models import AccountKind, HoldStatus, PointsDebt, PointsLot
from backend.points.queries import AskedPoints, get_hold, get_points_summary, list_debts
from backend.points.service.holds import expire_holds, hold, post_hold, void_hold
from backend.points.service.movements import (
    close_account,
    fund,
    grant,
    open_account,
    spend,
)
from backend.points.service.reversals import give_back, reclaim
from backend.points.verification import verify_ledger
from tests.faults.test_races import Work, at_once, balance, outcome

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
ROUNDS = pytest.mark.parametrize("round", range(3))


@pytest.fixture
def budget(database: Database, at: datetime) -> uuid.UUID:
    def work(session: Session) -> uuid.UUID:
        budget = open_account(session, kind=AccountKind.FUNDING, at=at)
        fund(session, account_id=budget, points=1_000, at=at)
        return budget

    return database.run(work)


@pytest.fixture
def purse(database: Database, budget: uuid.UUID, at: datetime) -> uuid.UUID:
    """Ten points in four lots."""

    def work(session: Session) -> uuid.UUID:
        purse = open_account(session, kind=AccountKind.CITIZEN, at=at)
        usual: Any = {"account_id": purse, "funding_account_id": budget, "at": at}
        for days in (1, 2, 3, 4):
            grant(session, **usual, points=days, expires_at=at + days * DAY)
        return purse

    return database.run(work)


@pytest.fixture
def till(database: Database, at: datetime) -> uuid.UUID:
    return database.run(lambda session: open_account(session, kind=AccountKind.SHOP, at=at))


Act = Callable[..., Work]


@pytest.fixture
def act(database: Database, at: datetime) -> Act:
    """What a movement ends as, when it is let go."""

    def act(movement: Any, **arguments: Any) -> Work:
        return outcome(database, lambda session: movement(session, **({"at": at} | arguments)))

    return act


@pytest.fixture
def held(database: Database, purse: uuid.UUID, till: uuid.UUID, at: datetime) -> uuid.UUID:
    """Six of the ten points are held."""
    usual: Any = {"account_id": purse, "to_account_id": till, "expires_at": at + MINUTE, "at": at}
    return database.run(lambda session: hold(session, **usual, points=6))


def free_points(database: Database, purse: uuid.UUID, at: datetime) -> int:
    summary = database.run(lambda session: get_points_summary(session, account_id=purse, at=at))
    return summary.balance_points


def first_lot(database: Database) -> uuid.UUID:
    query = select(PointsLot.id).order_by(PointsLot.granted_points.desc())
    return database.run(lambda session: session.scalars(query).first())


@pytest.mark.slow
class TestHoldsAtOnce:
    @ROUNDS
    def test_are_posted_once(
        self, database: Database, act: Act, held: uuid.UUID, till: uuid.UUID, round: int
    ) -> None:
        ended = Counter(at_once([act(post_hold, hold_id=held, points=5)] * 6))

        assert ended == {"done": 1, "hold_closed": 5}
        assert balance(database, till) == 5
        assert database.run(verify_ledger) == []

    @ROUNDS
    def test_are_posted_or_voided(
        self,
        database: Database,
        act: Act,
        held: uuid.UUID,
        purse: uuid.UUID,
        till: uuid.UUID,
        at: datetime,
        round: int,
    ) -> None:
        posted, voided = at_once([act(post_hold, hold_id=held, points=6), act(void_hold, hold_id=held)])

        assert {posted, voided} == {"done", "hold_closed"}
        assert balance(database, till) == (6 if posted == "done" else 0)
        assert free_points(database, purse, at) == (4 if posted == "done" else 10)
        assert database.run(verify_ledger) == []

    @ROUNDS
    def test_are_posted_or_expire(
        self, database: Database, act: Act, held: uuid.UUID, till: uuid.UUID, at: datetime, round: int
    ) -> None:
        """One clock says that it is over, another that it is not yet."""
        late = at + MINUTE
        expired = act(expire_holds, at=late)

        posted, *_ = at_once([act(post_hold, hold_id=held, points=6), expired, expired])

        assert posted in {"done", "hold_expired"}
        assert balance(database, till) == (6 if posted == "done" else 0)
        status = database.run(lambda session: get_hold(session, hold_id=held)).status
        assert status is (HoldStatus.POSTED if posted == "done" else HoldStatus.EXPIRED)
        assert database.run(verify_ledger) == []

    @ROUNDS
    def test_and_spends_never_take_the_same_points(
        self, database: Database, act: Act, purse: uuid.UUID, till: uuid.UUID, at: datetime, round: int
    ) -> None:
        usual: Any = {"account_id": purse, "to_account_id": till, "points": 3}
        holding, spending = act(hold, **usual, expires_at=at + MINUTE), act(spend, **usual)

        ended = Counter(at_once([holding, spending, holding, spending]))

        assert ended["done"] == 3
        assert set(ended) <= {"done", "points_insufficient"}
        assert free_points(database, purse, at) == 1
        assert database.run(verify_ledger) == []

    @ROUNDS
    def test_and_the_citizens_leaving_leave_nothing_held(
        self,
        database: Database,
        act: Act,
        held: uuid.UUID,
        purse: uuid.UUID,
        till: uuid.UUID,
        at: datetime,
        round: int,
    ) -> None:
        usual: Any = {"account_id": purse, "to_account_id": till, "points": 2}

        posted, _, left = at_once(
            [
                act(post_hold, hold_id=held, points=6),
                act(hold, **usual, expires_at=at + MINUTE),
                act(close_account, account_id=purse),
            ]
        )

        assert (posted, left) in {("done", "done"), ("hold_closed", "done")}
        assert balance(database, purse) == 0
        assert balance(database, till) == (6 if posted == "done" else 0)
        assert database.run(verify_ledger) == []


@pytest.mark.slow
class TestReversalsAtOnce:
    @ROUNDS
    def test_give_back_no_more_than_was_spent(
        self, database: Database, act: Act, purse: uuid.UUID, till: uuid.UUID, at: datetime, round: int
    ) -> None:
        usual: Any = {"account_id": purse, "to_account_id": till, "points": 10}
        spent = database.run(lambda session: spend(session, **usual, at=at))
        returning = act(give_back, spend_transaction_id=spent, points=4, source_id=new_id())

        ended = Counter(at_once([returning] * 5))

        assert ended == {"done": 2, "spend_exceeded": 3}
        assert (balance(database, purse), balance(database, till)) == (8, 2)
        assert database.run(verify_ledger) == []

    @ROUNDS
    def test_reclaim_what_is_there_and_make_a_debt_of_the_rest(
        self,
        database: Database,
        act: Act,
        budget: uuid.UUID,
        purse: uuid.UUID,
        till: uuid.UUID,
        round: int,
    ) -> None:
        asked = {first_lot(database): AskedPoints(4)}
        reclaiming = act(reclaim, account_id=purse, asked=asked, source_id=new_id())
        spending = act(spend, account_id=purse, to_account_id=till, points=8)

        reclaimed, spent = at_once([reclaiming, spending])

        assert (reclaimed, spent) in {("done", "done"), ("done", "points_insufficient")}
        debts = database.run(lambda session: list_debts(session, account_id=purse))
        assert [debt.owed_points for debt in debts] == ([2] if spent == "done" else [])
        assert database.run(verify_ledger) == []

    @ROUNDS
    def test_repay_a_debt_once(
        self,
        database: Database,
        act: Act,
        budget: uuid.UUID,
        purse: uuid.UUID,
        till: uuid.UUID,
        at: datetime,
        round: int,
    ) -> None:
        usual: Any = {"account_id": purse, "at": at}
        database.run(lambda session: spend(session, **usual, to_account_id=till, points=10))
        asked = {first_lot(database): AskedPoints(4)}
        database.run(lambda session: reclaim(session, **usual, asked=asked, source_id=new_id()))
        granting = act(grant, account_id=purse, funding_account_id=budget, points=3, expires_at=at + DAY)

        ended = at_once([granting] * 3)

        assert ended == ["done"] * 3
        owed = database.run(lambda session: session.scalars(select(PointsDebt.owed_points)).all())
        assert owed == [0]
        assert balance(database, purse) == 5
        assert database.run(verify_ledger) == []
