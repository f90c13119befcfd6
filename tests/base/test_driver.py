"""Values and statements that reach PostgreSQL without a cursor."""

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import String, bindparam, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from backend.base.database import Database, connection_of
from backend.base.driver import executor_of
from backend.base.statements import Prepared
from backend.points.models import PointsAccount

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

ECHO = Prepared(lambda _dialect: select(bindparam("said", type_=String()).label("said")))


def echo(session: Session, value: Any, type_name: str) -> Any:
    """The value as PostgreSQL understood it."""
    executor = executor_of(connection_of(session))
    return executor.execute(f"SELECT $1::{type_name}", [value])[0][0]


class TestValues:
    @pytest.mark.parametrize(
        ("value", "type_name"),
        [
            (0, "bigint"),
            (-(2**63), "bigint"),
            (2**63 - 1, "bigint"),
            (True, "boolean"),
            (False, "boolean"),
            ("", "text"),
            ("釧路🦌 '\"\\ %s $1", "text"),
            (b"", "bytea"),
            (bytes(range(256)), "bytea"),
            (uuid.UUID(int=0), "uuid"),
            (uuid.UUID(int=2**128 - 1), "uuid"),
            (date(2026, 6, 15), "date"),
            (datetime(2026, 6, 15, 3, 0, 0, 1, tzinfo=UTC), "timestamptz"),
            (datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=9))), "timestamptz"),
            (0.1, "double precision"),
            (None, "text"),
        ],
    )
    def test_arrive_as_they_were(self, database: Database, value: Any, type_name: str) -> None:
        assert database.run(lambda session: echo(session, value, type_name)) == value

    def test_refuse_a_text_that_would_be_cut_off(self, database: Database) -> None:
        with pytest.raises(DBAPIError, match="NUL"):
            database.run(lambda session: ECHO.first(session, said="before\0after"))

    def test_refuse_a_kind_that_nobody_sends(self, database: Database) -> None:
        with pytest.raises(TypeError, match="complex"):
            database.run(lambda session: echo(session, 1j, "text"))


class TestPreparedNames:
    def test_are_made_anew_when_somebody_took_them_away(self, database: Database) -> None:
        database.run(lambda session: ECHO.first(session, said="once"))
        database.run(lambda session: session.execute(text("DEALLOCATE ALL")))

        row = database.run(lambda session: ECHO.first(session, said="again"))

        assert row is not None
        assert row.said == "again"

    def test_are_made_once_a_connection(self, database: Database) -> None:
        def count(session: Session) -> int:
            return (
                session.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'meguri_%'"))
                or 0
            )

        for said in ("one", "two", "three"):
            database.run(lambda session, said=said: ECHO.first(session, said=said))

        assert database.run(count) == 1


class TestTransactions:
    def test_for_reading_cannot_write(self, database: Database, at: datetime) -> None:
        def write(session: Session) -> None:
            session.add(PointsAccount(id=uuid.uuid4(), kind="shop", slice_count=1, opened_at=at))
            session.flush()

        with pytest.raises(DBAPIError, match="read-only"):
            database.run(write, writes=False)
