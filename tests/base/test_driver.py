"""Values and statements that reach PostgreSQL without a cursor."""

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    Integer,
    Interval,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    Uuid,
    bindparam,
    cast,
    select,
    text,
)
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from backend.base.database import Database, JsonDocument, UtcDateTime
from backend.base.statements import Prepared
from backend.points.models import PointsAccount

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

ECHO = Prepared(lambda _dialect: select(bindparam("said", type_=String()).label("said")))


def echo(session: Session, value: Any, type_: TypeEngine[Any]) -> Any:
    """The value as PostgreSQL understood it."""
    statement = Prepared(lambda _dialect: select(cast(bindparam("value", type_=type_), type_).label("value")))
    row = statement.first(session, value=value)
    return row.value if row else None


class TestValues:
    @pytest.mark.parametrize(
        ("value", "type_"),
        [
            (0, BigInteger()),
            (-(2**63), BigInteger()),
            (2**63 - 1, BigInteger()),
            (True, Boolean()),
            (False, Boolean()),
            ("", String()),
            ("釧路🦌 '\"\\ %s $1", Text()),
            (b"", LargeBinary()),
            (bytes(range(256)), LargeBinary()),
            (uuid.UUID(int=0), Uuid()),
            (uuid.UUID(int=2**128 - 1), Uuid()),
            (date(2026, 6, 15), Date()),
            (datetime(2026, 6, 15, 3, 0, 0, 1, tzinfo=UTC), UtcDateTime()),
            (datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=9))), UtcDateTime()),
            ({"ja": "釧路", "n": [1, None]}, JsonDocument),
        ],
    )
    def test_arrive_as_they_were(self, database: Database, value: Any, type_: TypeEngine[Any]) -> None:
        assert database.run(lambda session: echo(session, value, type_)) == value

    @pytest.mark.parametrize(
        ("values", "type_"),
        [
            ([-(2**63), 2**63 - 1, 0, None], BigInteger()),
            ([-(2**31), 2**31 - 1, None], Integer()),
            ([-(2**15), 2**15 - 1, None], SmallInteger()),
            ([True, False, None], Boolean()),
            (["", "NULL", "釧路🦌 '\"\\ {,} %s $1", None], Text()),
            (["", "釧路", None], String(8)),
            ([b"", bytes(range(256)), None], LargeBinary()),
            ([uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), None], Uuid()),
            ([date(2026, 6, 15), date(1999, 12, 31), None], Date()),
            (
                [
                    datetime(2026, 6, 15, 3, 0, 0, 1, tzinfo=UTC),
                    datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=9))),
                    None,
                ],
                UtcDateTime(),
            ),
            ([{"ja": "釧路", "n": [1, None]}, [], None], JsonDocument),
            ([], Uuid()),
            ([None], Uuid()),
        ],
    )
    def test_arrive_as_they_were_when_they_are_many(
        self, database: Database, values: list[Any], type_: TypeEngine[Any]
    ) -> None:
        assert database.run(lambda session: echo(session, values, ARRAY(type_))) == values

    @pytest.mark.parametrize(
        "type_", [BigInteger(), Boolean(), String(), LargeBinary(), Uuid(), Date(), UtcDateTime()]
    )
    def test_may_be_missing(self, database: Database, type_: TypeEngine[Any]) -> None:
        assert database.run(lambda session: echo(session, None, type_)) is None

    def test_refuse_a_text_that_would_be_cut_off(self, database: Database) -> None:
        with pytest.raises(DBAPIError, match="NUL"):
            database.run(lambda session: ECHO.first(session, said="before\0after"))

    def test_refuse_a_text_that_would_be_cut_off_among_many(self, database: Database) -> None:
        with pytest.raises(DBAPIError, match="NUL"):
            database.run(lambda session: echo(session, ["before\0after"], ARRAY(String())))

    @pytest.mark.parametrize(
        ("value", "type_"), [(2**63, BigInteger()), (2**31, Integer()), (2**15, SmallInteger())]
    )
    def test_refuse_a_number_too_large_among_many(
        self, database: Database, value: int, type_: TypeEngine[Any]
    ) -> None:
        with pytest.raises(DataError):
            database.run(lambda session: echo(session, [value], ARRAY(type_)))

    def test_refuse_a_type_that_nobody_sends_among_many(self, database: Database) -> None:
        with pytest.raises(TypeError, match="no binary form is known"):
            database.run(lambda session: echo(session, [timedelta(1)], ARRAY(Interval())))

    def test_refuse_a_type_that_nobody_sends(self, database: Database) -> None:
        with pytest.raises(TypeError, match="no text is known"):
            database.run(lambda session: echo(session, timedelta(1), Interval()))


class TestPreparedNames:
    def test_are_made_anew_when_somebody_took_them_away(self, database: Database) -> None:
        database.run(lambda session: ECHO.first(session, said="once"))
        database.run(lambda session: session.execute(text("DEALLOCATE ALL")))

        row = database.run(lambda session: ECHO.first(session, said="again"))

        assert row is not None
        assert row.said == "again"

    def test_outlive_a_rollback_after_statements_of_the_driver_itself(self, database: Database) -> None:
        def count(session: Session) -> int | None:
            return session.scalar(
                text("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'meguri_%'")
            )

        def fail(session: Session) -> None:
            for _ in range(10):  # psycopg would prepare it after five
                session.execute(text("SELECT 1"))
            raise LookupError

        database.run(lambda session: ECHO.first(session, said="once"))
        with pytest.raises(LookupError):
            database.run(fail)
        database.run(lambda session: session.execute(text("SELECT 1")))

        assert database.run(count) == 1

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
