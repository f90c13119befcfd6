"""A ledger that lived before uses of lots were written down is as provable after the migration."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from backend.base import migrations
from backend.base.database import Database
from backend.points.service.movements import LAPSED_ACCOUNT_ID
from backend.points.verification import verify_ledger
from tests.support.postgres import PostgresServer

BEFORE = "0008"
NUMBER = iter(range(1_000))
MARCH, APRIL, MAY = (datetime(2026, month, 1, tzinfo=UTC).isoformat() for month in (3, 4, 5))
BUDGET, ONE, TWO, TILL = (uuid.UUID(int=number).hex for number in range(1, 5))
LAPSED = LAPSED_ACCOUNT_ID.hex
# By transaction: its kind, and what it does to which account.
TRANSACTIONS = {
    11: ("grant", {BUDGET: -30, ONE: 30}),
    12: ("grant", {BUDGET: -20, ONE: 20}),
    13: ("grant", {BUDGET: -10, TWO: 10}),
    14: ("spend", {ONE: -12, TILL: 12}),
    15: ("lapse", {ONE: -25, LAPSED: 25}),
    16: ("lapse", {TWO: -10, LAPSED: 10}),
}
# By the grant's transaction: whose lot, what it has left, its end.
LOTS = {11: (ONE, 30, 0, APRIL), 12: (ONE, 20, 13, MAY), 13: (TWO, 10, 0, APRIL)}
BALANCES = {BUDGET: -60, ONE: 13, TWO: 0, TILL: 12}
KINDS = {BUDGET: "issuance", ONE: "citizen", TWO: "citizen", TILL: "shop"}


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Two citizens were granted points, spent some, and let others lapse."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'older.db'}")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        database = Database(server.create_database(f"older_points_{next(NUMBER)}"))
    migrations.upgrade(database, BEFORE)
    write_history(database)
    yield database
    database.engine.dispose()


def write_history(database: Database) -> None:
    for account_id, kind in KINDS.items():
        put(
            database,
            "points_accounts",
            [{"id": account_id, "kind": kind, "slice_count": 1, "opened_at": MARCH}],
        )
        balance = {"balance_points": BALANCES[account_id], "may_overdraw": account_id == BUDGET}
        put(database, "points_balances", [{"account_id": account_id, "slice": 0, **balance}])
    with database.engine.begin() as connection:
        key = f"'{LAPSED}'" if database.is_sqlite else f"'{LAPSED_ACCOUNT_ID}'"
        connection.execute(text(f"UPDATE points_balances SET balance_points = 35 WHERE account_id = {key}"))
    for number, (kind, amounts) in TRANSACTIONS.items():
        key = uuid.UUID(int=number).hex
        moments = {"occurred_at": MARCH, "recorded_at": MARCH}
        put(database, "points_transactions", [{"id": key, "kind": kind, **moments}])
        put(
            database,
            "points_entries",
            [
                {
                    "transaction_id": key,
                    "position": position,
                    "account_id": account_id,
                    "slice": 0,
                    "amount_points": amount,
                }
                for position, (account_id, amount) in enumerate(amounts.items(), 1)
            ],
        )
    for number, (account_id, granted, remaining, end) in LOTS.items():
        lot = {
            "id": uuid.UUID(int=number + 10).hex,
            "account_id": account_id,
            "transaction_id": uuid.UUID(int=number).hex,
            "funding_account_id": BUDGET,
            "granted_points": granted,
            "remaining_points": remaining,
            "issued_at": MARCH,
            "expires_at": end,
        }
        put(database, "points_lots", [lot])


def put(database: Database, table: str, rows: list[dict[str, Any]]) -> None:
    """All rows in one statement: PostgreSQL weighs the entries of each."""
    names = ", ".join(rows[0])
    marks = ", ".join(
        f"({', '.join(f':{name}_{number}' for name in row)})" for number, row in enumerate(rows)
    )
    values = {f"{name}_{number}": value for number, row in enumerate(rows) for name, value in row.items()}
    with database.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES {marks}"), values)


class TestUsesOfLots:
    def test_are_written_down_for_what_was_spent_and_lapsed(self, older: Database) -> None:
        migrations.upgrade(older)

        query = "SELECT transaction_id, lot_id, points FROM points_lot_uses ORDER BY transaction_id, lot_id"
        with older.engine.connect() as connection:
            uses = [
                (uuid.UUID(str(row[0])).int, uuid.UUID(str(row[1])).int, row[2])
                for row in connection.execute(text(query))
            ]
        assert uses == [(14, 21, 12), (15, 21, 18), (15, 22, 7), (16, 23, 10)]

    def test_leave_a_ledger_that_keeps_its_laws(self, older: Database) -> None:
        migrations.upgrade(older)

        assert older.run(verify_ledger, writes=False) == []
