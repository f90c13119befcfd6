"""How prepared statements reach a driver, by the shortest way each one has.

A cursor of psycopg decides anew at every execution how to send each value and whether to prepare, which costs
as much as the execution. Here a statement is prepared once a connection, values travel as text, arrays and results
in binary, by the driver's own low-level calls.

psycopg is imported where it is used: a server on SQLite starts without it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from typing import Any, Protocol

import orjson
from sqlalchemy import ARRAY, JSON, Boolean, Connection, Date, Integer, LargeBinary, String, Uuid
from sqlalchemy.types import TypeEngine

from backend.base.arrays import array_encoder
from backend.base.database import UtcDateTime

Rows = Sequence[Sequence[Any]]

_NUMBERS = count()


class Executor(Protocol):
    """One connection's way; kept with the connection."""

    def execute(self, text: str, values: Sequence[Any], formats: Sequence[int]) -> Rows: ...


def executor_of(connection: Connection) -> Executor:
    fairy = connection.connection
    found: Executor | None = fairy.info.get("executor")
    if found is None:
        make = _PostgresExecutor if connection.dialect.name == "postgresql" else _SqliteExecutor
        found = fairy.info["executor"] = make(fairy.driver_connection)
    return found


class _SqliteExecutor:
    def __init__(self, driver: Any) -> None:
        self._cursor = driver.cursor()

    def execute(self, text: str, values: Sequence[Any], formats: Sequence[int]) -> Rows:
        found: Rows = self._cursor.execute(text, values).fetchall()
        return found


class _PostgresExecutor:
    def __init__(self, driver: Any) -> None:
        from psycopg.adapt import Transformer

        self._server = driver.pgconn
        self._transformer = Transformer(driver)
        self._names: dict[str, bytes] = {}

    def execute(self, text: str, values: Sequence[Any], formats: Sequence[int]) -> Rows:
        """`values` as encoders wrote them, each in its format."""
        name = self._names.get(text) or self._prepare(text)
        result = self._server.exec_prepared(name, values, formats, BINARY)
        if result.status not in SUCCEEDED:
            self._refuse(result)
        self._transformer.set_pgresult(result)
        found: Rows = self._transformer.load_rows(0, result.ntuples, tuple)
        return found

    def _prepare(self, text: str) -> bytes:
        # Never the same again in this process: a connection may get a new executor and still have its statements.
        name = f"meguri_{next(_NUMBERS)}".encode()
        result = self._server.prepare(name, text.encode())
        if result.status not in SUCCEEDED:
            self._refuse(result)
        self._names[text] = name
        return name

    def _refuse(self, result: Any) -> None:
        from psycopg.errors import InvalidSqlStatementName, error_from_result

        error = error_from_result(result)
        if isinstance(error, InvalidSqlStatementName):
            self._names.clear()  # somebody said DEALLOCATE: the next try prepares anew
        raise error


TEXT, BINARY = 0, 1
# libpq's PGRES_COMMAND_OK and PGRES_TUPLES_OK.
SUCCEEDED = (1, 2)


Encoder = Callable[[Any], bytes | None]


def encoder_of(type_: TypeEngine[Any]) -> tuple[Encoder, int]:
    """How a value of the type is written for PostgreSQL to read, and in which format.

    Raises TypeError for a type not sent so far.
    """
    if isinstance(type_, ARRAY):
        return array_encoder(type_.item_type), BINARY
    found = next((encode for kind, encode in _ENCODERS if isinstance(type_, kind)), None)
    if found is None:
        raise TypeError(f"no text is known for parameters of type {type_!r}")
    return found, TEXT


def _text(value: str | None) -> bytes | None:
    if value is None:
        return None
    data = value.encode()
    if 0 in data:
        from psycopg import DataError

        raise DataError("PostgreSQL's text cannot hold a NUL")  # and libpq would cut it off there
    return data


def _moment(value: datetime | None) -> bytes | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment without its time zone")
    return value.isoformat().encode()


_ENCODERS: Sequence[tuple[type[TypeEngine[Any]], Encoder]] = (
    (Uuid, lambda value: None if value is None else b"%032x" % value.int),
    (UtcDateTime, _moment),
    (Integer, lambda value: None if value is None else b"%d" % value),
    (Boolean, lambda value: None if value is None else (b"t" if value else b"f")),
    (Date, lambda value: None if value is None else value.isoformat().encode()),
    (JSON, orjson.dumps),
    (LargeBinary, lambda value: None if value is None else b"\\x" + value.hex().encode()),
    (String, _text),
)
