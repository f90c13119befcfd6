"""The verifier finds every kind of tampering, from the rows themselves."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.points.models import AccountKind, PointsBalance, PointsDebt, PointsEntry, PointsLot
from backend.points.queries import AskedPoints
from backend.points.service.holds import hold, post_hold
from backend.points.service.movements import fund, grant, open_account, spend
from backend.points.service.reversals import give_back, reclaim
from backend.points.verification import Finding, verify_ledger

SUMS_TO_ZERO = "entries of a transaction sum to zero"
IS_SUM_OF_ENTRIES = "a balance is the sum of its entries"
LOTS_ARE_BALANCE = "a citizen's lots are their balance"
CAME_FROM_BUDGET = "a lot came out of the budget it names"
NOT_BELOW_ZERO = "only the issuance is below zero, and a shop by what it gave back"
MOVES_LOTS = "a transaction moves a citizen's lots as their balance"
HAS_LEFT = "a lot has left what was not taken from it"
IS_HELD = "a lot's held points are those of its open holds"
IS_BACKED = "a hold is of so many points as its lots"
POSTED = "a hold posts points when it is posted"
COMES_BACK = "no more comes back than a spend used of a lot"
IS_OWED = "a debt is what was not repaid of it"


@pytest.fixture
def purse(database: Database, at: datetime) -> uuid.UUID:
    """A citizen's account with one lot of 30 points."""

    def work(session: Session) -> uuid.UUID:
        budget = open_account(session, kind=AccountKind.FUNDING, at=at)
        purse = open_account(session, kind=AccountKind.CITIZEN, at=at)
        fund(session, account_id=budget, points=100, at=at)
        grant(
            session,
            account_id=purse,
            funding_account_id=budget,
            points=30,
            expires_at=at + timedelta(days=1),
            at=at,
        )
        return purse

    return database.run(work)


def laws_broken(database: Database) -> set[str]:
    return {finding.law for finding in database.run(verify_ledger)}


class TestVerifyLedger:
    def test_finds_nothing_in_an_empty_ledger(self, database: Database) -> None:
        assert database.run(verify_ledger) == []

    def test_finds_nothing_where_all_is_well(self, database: Database, purse: uuid.UUID) -> None:
        assert database.run(verify_ledger) == []

    @pytest.mark.parametrize("change", [-30, -1, 1, 1_000_000])
    def test_finds_an_altered_balance(self, database: Database, purse: uuid.UUID, change: int) -> None:
        altered = PointsBalance.balance_points + change
        database.run(
            lambda session: session.execute(
                update(PointsBalance).where(PointsBalance.account_id == purse).values(balance_points=altered)
            )
        )

        assert laws_broken(database) == {IS_SUM_OF_ENTRIES, LOTS_ARE_BALANCE}

    def test_tells_which_row_and_what_it_should_be(self, database: Database, purse: uuid.UUID) -> None:
        database.run(
            lambda session: session.execute(
                update(PointsBalance).where(PointsBalance.account_id == purse).values(balance_points=31)
            )
        )

        assert Finding(IS_SUM_OF_ENTRIES, f"{purse}/0", 30, 31) in database.run(verify_ledger)

    def test_finds_an_altered_lot(self, database: Database, purse: uuid.UUID) -> None:
        database.run(lambda session: session.execute(update(PointsLot).values(remaining_points=29)))

        assert laws_broken(database) == {LOTS_ARE_BALANCE, HAS_LEFT}

    def test_finds_a_lot_that_is_gone(self, database: Database, purse: uuid.UUID) -> None:
        database.run(lambda session: session.execute(text("DELETE FROM points_lots")))

        assert laws_broken(database) == {LOTS_ARE_BALANCE, MOVES_LOTS}

    def test_finds_a_lot_of_a_budget_that_did_not_give_it(self, database: Database, purse: uuid.UUID) -> None:
        database.run(
            lambda session: session.execute(update(PointsLot).values(funding_account_id=uuid.uuid4()))
        )

        assert laws_broken(database) == {CAME_FROM_BUDGET}

    def test_finds_an_altered_entry(self, database: Database, purse: uuid.UUID) -> None:
        drop_guard(database, "update")
        database.run(
            lambda session: session.execute(
                update(PointsEntry).where(PointsEntry.account_id == purse).values(amount_points=31)
            )
        )

        assert laws_broken(database) == {SUMS_TO_ZERO, IS_SUM_OF_ENTRIES, MOVES_LOTS}

    def test_finds_an_entry_that_is_gone(self, database: Database, purse: uuid.UUID) -> None:
        drop_guard(database, "delete")
        database.run(
            lambda session: session.execute(text("DELETE FROM points_entries WHERE amount_points = 30"))
        )

        assert laws_broken(database) == {SUMS_TO_ZERO, IS_SUM_OF_ENTRIES, MOVES_LOTS}

    def test_finds_a_whole_transaction_that_is_gone(self, database: Database, purse: uuid.UUID) -> None:
        """Its entries balance, but the balances they had moved and the lot they had made give it away."""
        drop_guard(database, "delete")
        transaction_id = database.run(
            lambda session: session.scalars(
                select(PointsEntry.transaction_id).where(PointsEntry.account_id == purse)
            ).one()
        )
        database.run(
            lambda session: session.execute(
                text("DELETE FROM points_entries WHERE transaction_id = :id"),
                {"id": to_key(session, transaction_id)},
            )
        )

        assert laws_broken(database) == {IS_SUM_OF_ENTRIES, CAME_FROM_BUDGET, MOVES_LOTS}

    def test_finds_an_account_below_zero(self, database: Database, purse: uuid.UUID) -> None:
        database.run(
            lambda session: session.execute(
                update(PointsBalance)
                .where(PointsBalance.account_id == purse)
                .values(balance_points=-5, may_overdraw=True)
            )
        )

        assert NOT_BELOW_ZERO in laws_broken(database)


class TestVerifyLots:
    """One citizen held, spent, got back, and owes."""

    @pytest.fixture(autouse=True)
    def _history(self, database: Database, purse: uuid.UUID, at: datetime) -> None:
        def work(session: Session) -> None:
            till = open_account(session, kind=AccountKind.SHOP, at=at)
            spent = spend(session, account_id=purse, to_account_id=till, points=20, at=at)
            give_back(session, spend_transaction_id=spent, points=5, source_id=new_id(), at=at)
            lot_id = session.scalars(select(PointsLot.id).order_by(PointsLot.id)).first()
            asked = {lot_id: AskedPoints(30)}
            reclaim(session, account_id=purse, asked=asked, source_id=new_id(), at=at)
            budget = session.scalars(select(PointsDebt.funding_account_id)).one()
            usual: Any = {"account_id": purse, "funding_account_id": budget, "at": at}
            grant(session, **usual, points=20, expires_at=at + timedelta(days=9))
            lasting: Any = {"account_id": purse, "to_account_id": till, "at": at}
            hold(session, **lasting, points=2, expires_at=at + timedelta(minutes=5))
            posted = hold(session, **lasting, points=2, expires_at=at + timedelta(minutes=5))
            post_hold(session, hold_id=posted, points=1, at=at)

        database.run(work)

    def test_finds_nothing_where_all_is_well(self, database: Database) -> None:
        assert database.run(verify_ledger) == []

    @pytest.mark.parametrize(
        ("statement", "laws"),
        [
            ("UPDATE points_lots SET held_points = 0", {IS_HELD}),
            ("UPDATE points_holds SET points = points + 1 WHERE status = 'held'", {IS_BACKED}),
            ("UPDATE points_holds SET posted_points = 1 WHERE status = 'held'", {POSTED}),
            ("UPDATE points_holds SET posted_points = 0 WHERE status = 'posted'", {POSTED}),
            ("UPDATE points_hold_lots SET points = 1", {IS_HELD, IS_BACKED}),
            (
                "UPDATE points_holds SET status = 'voided', closed_at = created_at WHERE status = 'held'",
                {IS_HELD},
            ),
            ("UPDATE points_debts SET owed_points = owed_points + 1", {IS_OWED}),
            ("UPDATE points_debts SET incurred_points = incurred_points + 1", {IS_OWED}),
            ("UPDATE points_debts SET funding_account_id = account_id", {IS_OWED}),
            ("UPDATE points_lots SET returned_from_transaction_id = transaction_id"
             " WHERE returned_from_lot_id IS NOT NULL", {COMES_BACK}),
            ("UPDATE points_lots SET returned_from_lot_id = id WHERE returned_from_lot_id IS NOT NULL",
             {COMES_BACK}),
            ("UPDATE points_lots SET returned_from_lot_id = NULL, returned_from_transaction_id = NULL",
             {CAME_FROM_BUDGET}),
            ("UPDATE points_lots SET funding_account_id = account_id WHERE returned_from_lot_id IS NOT NULL",
             {COMES_BACK}),
        ],
    )  # fmt: skip
    def test_finds_what_was_altered(self, database: Database, statement: str, laws: set[str]) -> None:
        database.run(lambda session: session.execute(text(statement)))

        assert laws_broken(database) == laws

    def test_finds_more_given_back_than_was_spent(self, database: Database) -> None:
        more = "UPDATE points_lots SET granted_points = 21 WHERE returned_from_lot_id IS NOT NULL"
        database.run(lambda session: session.execute(text(more)))

        assert COMES_BACK in laws_broken(database)

    def test_finds_a_use_that_was_altered(self, database: Database) -> None:
        drop_guard(database, "update", "points_lot_uses")
        database.run(lambda session: session.execute(text("UPDATE points_lot_uses SET points = 25")))

        assert {MOVES_LOTS, HAS_LEFT} <= laws_broken(database)

    def test_finds_a_shop_below_zero_by_more_than_it_gave_back(self, database: Database) -> None:
        below = update(PointsBalance).where(PointsBalance.balance_points == 16).values(balance_points=-6)
        database.run(lambda session: session.execute(below))

        assert laws_broken(database) == {IS_SUM_OF_ENTRIES, NOT_BELOW_ZERO}

    def test_lets_a_shop_be_below_zero_by_what_it_gave_back(self, database: Database) -> None:
        below = update(PointsBalance).where(PointsBalance.balance_points == 16).values(balance_points=-5)
        database.run(lambda session: session.execute(below))

        assert laws_broken(database) == {IS_SUM_OF_ENTRIES}


def drop_guard(database: Database, event: str, table: str = "points_entries") -> None:
    """As an insider would who owns the tables."""
    of_table = "" if database.is_sqlite else f" ON {table}"
    database.run(lambda session: session.execute(text(f"DROP TRIGGER {table}_no_{event}{of_table}")))


def to_key(session: Session, value: uuid.UUID) -> str | uuid.UUID:
    """A UUID as raw SQL on each database keeps it."""
    return value.hex if session.get_bind().dialect.name == "sqlite" else value
