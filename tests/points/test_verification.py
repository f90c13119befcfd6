"""The verifier finds every kind of tampering, from the rows themselves."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.points.models import AccountKind, PointsBalance, PointsEntry, PointsLot
from backend.points.service import fund, grant, open_account
from backend.points.verification import Finding, verify_ledger

SUMS_TO_ZERO = "entries of a transaction sum to zero"
IS_SUM_OF_ENTRIES = "a balance is the sum of its entries"
LOTS_ARE_BALANCE = "a citizen's lots are their balance"
CAME_FROM_BUDGET = "a lot came out of the budget it names"
NOT_BELOW_ZERO = "only the issuance is below zero"


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

        assert laws_broken(database) == {LOTS_ARE_BALANCE}

    def test_finds_a_lot_that_is_gone(self, database: Database, purse: uuid.UUID) -> None:
        database.run(lambda session: session.execute(text("DELETE FROM points_lots")))

        assert laws_broken(database) == {LOTS_ARE_BALANCE}

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

        assert laws_broken(database) == {SUMS_TO_ZERO, IS_SUM_OF_ENTRIES}

    def test_finds_an_entry_that_is_gone(self, database: Database, purse: uuid.UUID) -> None:
        drop_guard(database, "delete")
        database.run(
            lambda session: session.execute(text("DELETE FROM points_entries WHERE amount_points = 30"))
        )

        assert laws_broken(database) == {SUMS_TO_ZERO, IS_SUM_OF_ENTRIES}

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

        assert laws_broken(database) == {IS_SUM_OF_ENTRIES, CAME_FROM_BUDGET}

    def test_finds_an_account_below_zero(self, database: Database, purse: uuid.UUID) -> None:
        database.run(
            lambda session: session.execute(
                update(PointsBalance)
                .where(PointsBalance.account_id == purse)
                .values(balance_points=-5, may_overdraw=True)
            )
        )

        assert NOT_BELOW_ZERO in laws_broken(database)


def drop_guard(database: Database, event: str) -> None:
    """As an insider would who owns the tables."""
    of_table = "" if database.is_sqlite else " ON points_entries"
    database.run(lambda session: session.execute(text(f"DROP TRIGGER points_entries_no_{event}{of_table}")))


def to_key(session: Session, value: uuid.UUID) -> str | uuid.UUID:
    """A UUID as raw SQL on each database keeps it."""
    return value.hex if session.get_bind().dialect.name == "sqlite" else value
