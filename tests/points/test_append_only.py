"""History cannot be edited: the database itself refuses, whoever asks."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.points.models import AccountKind
from backend.points.service.movements import ISSUANCE_ACCOUNT_ID, fund, open_account

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def budget(database: Database, at: datetime) -> uuid.UUID:
    """A budget with a history."""

    def open_and_fund(session: Session) -> uuid.UUID:
        account_id = open_account(session, kind=AccountKind.FUNDING, at=at)
        fund(session, account_id=account_id, points=100, at=at)
        return account_id

    return database.run(open_and_fund)


def attempt(database: Database, statement: str) -> None:
    database.run(lambda session: session.execute(text(statement)))


class TestHistory:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE points_entries SET amount_points = amount_points * 2",
            "UPDATE points_entries SET position = position + 10",
            "UPDATE points_transactions SET kind = 'grant'",
            "UPDATE points_transactions SET occurred_at = '2020-01-01 00:00:00'",
            "DELETE FROM points_entries",
            "DELETE FROM points_transactions",
            "DELETE FROM points_entries WHERE amount_points < 0",
        ],
    )
    def test_refuses_to_be_changed_or_deleted(
        self, database: Database, budget: uuid.UUID, statement: str
    ) -> None:
        with pytest.raises(IntegrityError, match="append-only"):
            attempt(database, statement)

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO points_transactions (id, kind, occurred_at, recorded_at)"
            " SELECT id, 'grant', occurred_at, recorded_at FROM points_transactions WHERE true"
            " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind",
            "INSERT INTO points_entries (transaction_id, position, account_id, slice, amount_points)"
            " SELECT transaction_id, position, account_id, slice, amount_points FROM points_entries WHERE true"
            " ON CONFLICT (transaction_id, position) DO UPDATE SET amount_points = 1",
        ],
    )
    def test_refuses_to_be_changed_by_an_upsert(
        self, database: Database, budget: uuid.UUID, statement: str
    ) -> None:
        with pytest.raises(IntegrityError, match="append-only"):
            attempt(database, statement)

    @on_sqlite
    @pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
    @pytest.mark.parametrize(
        "rest",
        [
            "INTO points_transactions (id, kind, occurred_at, recorded_at)"
            " SELECT id, 'grant', occurred_at, recorded_at FROM points_transactions",
            "INTO points_entries (transaction_id, position, account_id, slice, amount_points)"
            " SELECT transaction_id, position, account_id, slice, 1 FROM points_entries",
        ],
    )
    def test_refuses_to_be_replaced(
        self, database: Database, budget: uuid.UUID, verb: str, rest: str
    ) -> None:
        with pytest.raises(IntegrityError, match="append-only"):
            attempt(database, f"{verb} {rest}")

    @on_postgresql
    @pytest.mark.parametrize(
        "statement",
        [
            "TRUNCATE points_entries",
            "TRUNCATE points_transactions CASCADE",
            "TRUNCATE points_accounts CASCADE",
            "TRUNCATE points_balances CASCADE",
        ],
    )
    def test_refuses_to_be_truncated(self, database: Database, budget: uuid.UUID, statement: str) -> None:
        with pytest.raises(IntegrityError, match="append-only"):
            attempt(database, statement)

    @on_postgresql
    def test_refuses_to_be_merged_over(self, database: Database, budget: uuid.UUID) -> None:
        with pytest.raises(IntegrityError, match="append-only"):
            attempt(
                database,
                "MERGE INTO points_entries AS kept USING points_entries AS other"
                " ON kept.transaction_id = other.transaction_id AND kept.position = other.position"
                " WHEN MATCHED THEN UPDATE SET amount_points = 1",
            )

    def test_does_not_lose_an_account_that_has_one(self, database: Database, budget: uuid.UUID) -> None:
        with pytest.raises(IntegrityError):
            attempt(database, f"DELETE FROM points_balances WHERE account_id <> '{ISSUANCE_ACCOUNT_ID}'")


class TestBalance:
    @on_postgresql
    @pytest.mark.parametrize("amounts", [[5], [5, -4], [5, -5, 1]])
    def test_refuses_entries_that_do_not_sum_to_zero(
        self, database: Database, budget: uuid.UUID, amounts: list[int]
    ) -> None:
        transaction_id = new_id()
        rows = ", ".join(
            f"('{transaction_id}', {position}, '{budget}', 0, {amount})"
            for position, amount in enumerate(amounts, 1)
        )

        with pytest.raises(IntegrityError, match="do not sum to zero"):
            attempt(
                database,
                f"WITH opened AS (INSERT INTO points_transactions VALUES ('{transaction_id}', 'fund', NULL,"
                f" now(), now())) INSERT INTO points_entries VALUES {rows}",
            )

    @on_postgresql
    def test_looks_at_each_transaction_by_itself(self, database: Database, budget: uuid.UUID) -> None:
        """Two unbalanced transactions that cancel each other out are still two unbalanced transactions."""
        one, two = new_id(), new_id()

        with pytest.raises(IntegrityError, match="do not sum to zero"):
            attempt(
                database,
                f"WITH opened AS (INSERT INTO points_transactions VALUES ('{one}', 'fund', NULL, now(), now()),"
                f" ('{two}', 'fund', NULL, now(), now())) INSERT INTO points_entries VALUES"
                f" ('{one}', 1, '{budget}', 0, 5), ('{two}', 1, '{budget}', 0, -5)",
            )

    def test_refuses_an_entry_of_nothing(self, database: Database, budget: uuid.UUID) -> None:
        with pytest.raises(IntegrityError):
            attempt(
                database,
                "INSERT INTO points_entries SELECT transaction_id, 9, account_id, slice, 0 FROM points_entries",
            )
