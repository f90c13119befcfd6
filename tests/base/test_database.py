"""One transaction: return commits, raise rolls back, a lost race is run again."""

import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from backend.base.database import ATTEMPTS, Database, is_locking, new_id
from backend.base.errors import DatabaseUnavailable, StaleRead
from backend.points.models import PointsAccount

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def insert_account(session: Session, account_id: uuid.UUID, at: datetime) -> uuid.UUID:
    session.add(PointsAccount(id=account_id, kind="shop", slice_count=1, opened_at=at))
    session.flush()
    return account_id


def has_account(database: Database, account_id: uuid.UUID) -> bool:
    return database.run(lambda session: session.get(PointsAccount, account_id) is not None, writes=False)


class TestRun:
    def test_commits_what_returns(self, database: Database, at: datetime) -> None:
        account_id = database.run(lambda session: insert_account(session, new_id(), at))

        assert has_account(database, account_id)

    def test_rolls_back_what_raises(self, database: Database, at: datetime) -> None:
        account_id = new_id()

        def work(session: Session) -> None:
            insert_account(session, account_id, at)
            raise RuntimeError("after the write")

        with pytest.raises(RuntimeError):
            database.run(work)

        assert not has_account(database, account_id)

    def test_runs_a_stale_read_again_with_locks_and_without_its_first_writes(
        self, database: Database, at: datetime
    ) -> None:
        locking: list[bool] = []
        account_id = new_id()

        def work(session: Session) -> uuid.UUID:
            locking.append(is_locking(session))
            insert_account(session, account_id, at)
            if len(locking) == 1:
                raise StaleRead("changed meanwhile")
            return account_id

        database.run(work)

        assert locking == [False, True]
        assert has_account(database, account_id)

    def test_gives_up_on_reads_that_stay_stale(self, database: Database) -> None:
        tries: list[None] = []

        def work(_session: Session) -> None:
            tries.append(None)
            raise StaleRead("always")

        with pytest.raises(DatabaseUnavailable):
            database.run(work)

        assert len(tries) == ATTEMPTS

    def test_lets_the_second_try_see_who_won_a_race_for_a_unique_value(
        self, database: Database, at: datetime
    ) -> None:
        account_id = database.run(lambda session: insert_account(session, new_id(), at))
        seen: list[bool] = []

        def work(session: Session) -> str:
            seen.append(session.get(PointsAccount, account_id) is not None)
            if len(seen) == 1:
                session.expunge_all()
                insert_account(session, account_id, at)
            return "told the winner's"

        assert database.run(work) == "told the winner's"
        assert seen == [True, True]

    def test_tells_a_constraint_that_no_second_try_mends(self, database: Database, at: datetime) -> None:
        account_id = database.run(lambda session: insert_account(session, new_id(), at))

        with pytest.raises(IntegrityError):
            database.run(lambda session: insert_account(session, account_id, at))

    def test_can_be_used_again_after_every_failure(self, database: Database, at: datetime) -> None:
        account_id = database.run(lambda session: insert_account(session, new_id(), at))

        with pytest.raises(IntegrityError):
            database.run(lambda session: insert_account(session, account_id, at))

        assert database.run(lambda session: session.scalar(text("SELECT 1"))) == 1

    @on_sqlite
    def test_reads_while_somebody_writes(self, database: Database) -> None:
        """A second writer would have to wait; a reader does not."""
        inner = database.run(
            lambda _session: database.run(lambda session: session.scalar(text("SELECT 1")), writes=False)
        )

        assert inner == 1

    @on_postgresql
    def test_waits_for_a_lock_only_so_long(self, database: Database) -> None:
        settings = database.run(
            lambda session: [
                session.scalar(text(f"SHOW {name}"))
                for name in ("lock_timeout", "statement_timeout", "TimeZone")
            ]
        )

        assert settings == ["5s", "15s", "UTC"]


class TestSqlite:
    @on_sqlite
    @pytest.mark.parametrize(
        ("pragma", "value"),
        [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1)],
    )
    def test_is_opened_durable_and_strict(self, database: Database, pragma: str, value: Any) -> None:
        assert database.run(lambda session: session.scalar(text(f"PRAGMA {pragma}"))) == value


class TestUtcDateTime:
    @pytest.mark.parametrize(
        "moment",
        [
            datetime(2026, 6, 15, 3, 0, tzinfo=UTC),
            datetime(2026, 6, 15, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=9))),
            datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        ],
    )
    def test_gives_back_the_same_moment_in_utc(self, database: Database, moment: datetime) -> None:
        account_id = database.run(lambda session: insert_account(session, new_id(), moment))

        kept = database.run(lambda session: session.get_one(PointsAccount, account_id).opened_at)

        assert (kept, kept.tzinfo) == (moment, UTC)

    def test_compares_moments_of_different_zones_rightly(self, database: Database) -> None:
        eleven_in_tokyo = datetime(2026, 6, 15, 11, 0, tzinfo=timezone(timedelta(hours=9)))
        account_id = database.run(lambda session: insert_account(session, new_id(), eleven_in_tokyo))
        query = select(PointsAccount.id).where(
            PointsAccount.id == account_id, PointsAccount.opened_at < datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
        )

        assert database.run(lambda session: session.scalar(query)) == account_id

    def test_refuses_a_moment_without_a_zone(self, database: Database) -> None:
        with pytest.raises(StatementError, match="without its time zone"):
            database.run(lambda session: insert_account(session, new_id(), datetime(2026, 6, 15)))


class TestNewId:
    def test_is_a_plain_uuid_of_version_7(self) -> None:
        found = new_id()

        assert type(found) is uuid.UUID
        assert found.version == 7

    def test_grows_with_time(self, clock: Any) -> None:
        earlier = new_id()
        clock.shift(1)

        assert new_id() > earlier
