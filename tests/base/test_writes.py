"""A list of writes: all of it or nothing, one statement on PostgreSQL."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import BigInteger, Uuid, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.base.errors import StaleRead
from backend.base.writes import RowColumns, Write, WriteList, insert_into
from backend.points.models import PointsAccount, PointsBalance
from tests.support.statements import asked_statements

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

ACCOUNTS = insert_into(PointsAccount.__table__, "id", "kind", "slice_count", "opened_at", "closed_at")
BALANCES = insert_into(PointsBalance.__table__, "account_id", "slice", "balance_points", "may_overdraw")


def _take(row: RowColumns, _dialect: str) -> Any:
    balances = PointsBalance.__table__.c
    return (
        update(PointsBalance)
        .where(balances.account_id == row["account_id"], balances.balance_points >= row["points"])
        .values(balance_points=balances.balance_points - row["points"])
    )


TAKE = Write("take", {"account_id": Uuid(), "points": BigInteger()}, _take)
TAKE_IF_THERE = Write("take_if_there", {"account_id": Uuid(), "points": BigInteger()}, _take, guarded=False)
OPEN = WriteList([ACCOUNTS, BALANCES])
TAKE_ONLY = WriteList([TAKE])
OPEN_AND_TAKE_IF_THERE = WriteList([ACCOUNTS, BALANCES, TAKE_IF_THERE])
OPEN_AND_TAKE = WriteList([ACCOUNTS, BALANCES, TAKE])


def account_row(**changes: Any) -> dict[str, Any]:
    usual = {"id": new_id(), "kind": "shop", "slice_count": 1, "opened_at": NOON, "closed_at": None}
    return usual | changes


def balance_row(account_id: uuid.UUID, slice: int = 0, points: int = 0) -> dict[str, Any]:
    return {"account_id": account_id, "slice": slice, "balance_points": points, "may_overdraw": False}


NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)


@pytest.fixture
def purse(database: Database) -> uuid.UUID:
    """An account with ten points."""
    row = account_row()
    rows = {"points_accounts": [row], "points_balances": [balance_row(row["id"], points=10)]}
    database.run(lambda session: OPEN.run(session, rows))
    account_id: uuid.UUID = row["id"]
    return account_id


def held(database: Database, account_id: uuid.UUID) -> list[int]:
    query = select(PointsBalance.balance_points).where(PointsBalance.account_id == account_id)
    return database.run(lambda session: list(session.scalars(query.order_by(PointsBalance.slice))))


class TestWriteList:
    def test_writes_one_row_and_many(self, database: Database) -> None:
        row = account_row(slice_count=3)
        balances = [balance_row(row["id"], slice=number, points=number * 5) for number in range(3)]

        database.run(
            lambda session: OPEN.run(session, {"points_accounts": [row], "points_balances": balances})
        )

        assert held(database, row["id"]) == [0, 5, 10]

    def test_writes_no_row_where_none_is_given(self, database: Database) -> None:
        row = account_row()

        database.run(lambda session: OPEN.run(session, {"points_accounts": [row]}))

        assert held(database, row["id"]) == []

    @pytest.mark.parametrize(
        "moment",
        [NOON, NOON + timedelta(microseconds=1), NOON.astimezone(tz=None), datetime(1970, 1, 1, tzinfo=UTC)],
    )
    def test_keeps_moments_and_nulls_as_they_are(self, database: Database, moment: datetime) -> None:
        row = account_row(opened_at=moment)

        database.run(lambda session: OPEN.run(session, {"points_accounts": [row]}))

        kept = database.run(lambda session: session.get_one(PointsAccount, row["id"]))
        assert (kept.opened_at, kept.closed_at) == (moment, None)

    @pytest.mark.parametrize("points", [0, 1, 2**53 + 1, 2**63 - 1])
    def test_keeps_whole_numbers_exact(self, database: Database, points: int) -> None:
        row = account_row()
        balances = [balance_row(row["id"], points=points)]

        database.run(
            lambda session: OPEN.run(session, {"points_accounts": [row], "points_balances": balances})
        )

        assert held(database, row["id"]) == [points]

    def test_raises_a_stale_read_when_a_guard_misses(self, session: Session, purse: uuid.UUID) -> None:
        with pytest.raises(StaleRead):
            TAKE_ONLY.run(session, {"take": [{"account_id": purse, "points": 11}]})

    def test_raises_a_stale_read_when_one_of_many_guards_misses(
        self, session: Session, purse: uuid.UUID
    ) -> None:
        rows = [{"account_id": purse, "points": 1}, {"account_id": new_id(), "points": 1}]

        with pytest.raises(StaleRead):
            TAKE_ONLY.run(session, {"take": rows})

    def test_lets_a_write_without_guard_touch_nothing(self, database: Database, purse: uuid.UUID) -> None:
        newcomer = account_row()
        rows = {"points_accounts": [newcomer], "take_if_there": [{"account_id": purse, "points": 11}]}

        database.run(lambda session: OPEN_AND_TAKE_IF_THERE.run(session, rows))

        assert held(database, purse) == [10]
        assert database.run(lambda session: session.get(PointsAccount, newcomer["id"])) is not None

    @on_postgresql
    def test_may_hold_nothing_but_writes_without_guard(self, database: Database, purse: uuid.UUID) -> None:
        rows = {"take_if_there": [{"account_id": purse, "points": 3}]}

        database.run(lambda session: WriteList([TAKE_IF_THERE]).run(session, rows))

        assert held(database, purse) == [7]

    def test_leaves_nothing_of_the_other_writes_when_a_guard_misses(
        self, database: Database, purse: uuid.UUID
    ) -> None:
        newcomer = account_row()
        tries: list[None] = []

        def work(session: Session) -> None:
            tries.append(None)
            if len(tries) == 1:
                rows = {"points_accounts": [newcomer], "take": [{"account_id": purse, "points": 11}]}
                OPEN_AND_TAKE.run(session, rows)

        database.run(work)

        assert len(tries) == 2
        assert database.run(lambda session: session.get(PointsAccount, newcomer["id"])) is None

    def test_tells_a_broken_constraint_as_what_it_is(self, session: Session) -> None:
        row = account_row(kind="pirate")

        with pytest.raises(IntegrityError):
            OPEN.run(session, {"points_accounts": [row]})


class TestWriteListAlone:
    """Without BEGIN and COMMIT around it, the statement is the transaction."""

    def test_leaves_nothing_of_the_other_writes_when_a_guard_misses(
        self, database: Database, purse: uuid.UUID
    ) -> None:
        newcomer = account_row()
        tries: list[None] = []

        def work(session: Session) -> None:
            tries.append(None)
            if len(tries) == 1:
                rows = {"points_accounts": [newcomer], "take": [{"account_id": purse, "points": 11}]}
                OPEN_AND_TAKE.run(session, rows)

        database.run(work, single_write=True)

        assert len(tries) == 2
        assert database.run(lambda session: session.get(PointsAccount, newcomer["id"])) is None

    def test_leaves_nothing_when_a_constraint_is_broken(self, database: Database) -> None:
        row = account_row()
        balances = [balance_row(row["id"], points=-1)]

        with pytest.raises(IntegrityError):
            database.run(
                lambda session: OPEN.run(session, {"points_accounts": [row], "points_balances": balances}),
                single_write=True,
            )

        assert database.run(lambda session: session.get(PointsAccount, row["id"])) is None

    @on_postgresql
    def test_is_one_statement_and_no_begin(self, database: Database) -> None:
        row = account_row()
        rows = {"points_accounts": [row], "points_balances": [balance_row(row["id"])]}

        with asked_statements(database, frames=True) as statements:
            database.run(lambda session: OPEN.run(session, rows), single_write=True)

        assert len(statements) == 1

    @on_postgresql
    def test_refuses_a_second_list_which_nothing_would_hold_together(self, database: Database) -> None:
        def work(session: Session) -> None:
            OPEN.run(session, {"points_accounts": [account_row()]})
            TAKE_ONLY.run(session, {"take": []})

        with pytest.raises(AssertionError, match="a second list"):
            database.run(work, single_write=True)

    def test_leaves_the_connection_in_order_for_the_next(self, database: Database, at: datetime) -> None:
        """A pooled connection must not stay in autocommit for a transaction that counts on ROLLBACK."""
        row = account_row()
        database.run(
            lambda session: OPEN.run(session, {"points_accounts": [account_row()]}), single_write=True
        )

        def write_and_fail(session: Session) -> None:
            OPEN.run(session, {"points_accounts": [row]})
            raise RuntimeError("after the write")

        with pytest.raises(RuntimeError):
            database.run(write_and_fail)

        assert database.run(lambda session: session.get(PointsAccount, row["id"])) is None
