"""How prepared statements reach a driver, by the shortest way each one has.

A cursor of psycopg decides anew at every execution how to send each value and whether to prepare, which costs
as much as the execution. Here a statement is prepared once a connection, values travel as text, results in
binary, by the driver's own low-level calls.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection

Rows = Sequence[Sequence[Any]]


class Executor(Protocol):
    """One connection's way; kept with the connection."""

    def execute(self, text: str, values: Sequence[Any]) -> Rows: ...


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

    def execute(self, text: str, values: Sequence[Any]) -> Rows:
        found: Rows = self._cursor.execute(text, values).fetchall()
        return found


class _PostgresExecutor:
    def __init__(self, driver: Any) -> None:
        from psycopg.adapt import Transformer

        self._server = driver.pgconn
        self._transformer = Transformer(driver)
        self._names: dict[str, bytes] = {}

    def execute(self, text: str, values: Sequence[Any]) -> Rows:
        """Raises TypeError for a value of a kind that was never sent so far."""
        name = self._names.get(text) or self._prepare(text)
        given = [None if value is None else _AS_TEXT[type(value)](value) for value in values]
        result = self._server.exec_prepared(name, given, None, BINARY)
        if result.status not in SUCCEEDED:
            self._refuse(result)
        self._transformer.set_pgresult(result)
        found: Rows = self._transformer.load_rows(0, result.ntuples, tuple)
        return found

    def _prepare(self, text: str) -> bytes:
        name = f"meguri_{len(self._names)}".encode()
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


BINARY = 1
# libpq's PGRES_COMMAND_OK and PGRES_TUPLES_OK.
SUCCEEDED = (1, 2)


def _text_of(value: str) -> bytes:
    data = value.encode()
    if 0 in data:
        from psycopg import DataError

        raise DataError("PostgreSQL's text cannot hold a NUL")  # and libpq would cut it off there
    return data


class _Encoders(dict[type, Callable[[Any], bytes]]):
    def __missing__(self, kind: type) -> Callable[[Any], bytes]:
        raise TypeError(f"a parameter of type {kind.__name__} has no text for PostgreSQL")


# A value as PostgreSQL reads it.
_AS_TEXT = _Encoders(
    {
        str: _text_of,
        int: lambda value: b"%d" % value,
        bool: lambda value: b"t" if value else b"f",
        UUID: lambda value: b"%032x" % value.int,
        bytes: lambda value: b"\\x" + value.hex().encode(),
        datetime: lambda value: value.isoformat().encode(),
        date: lambda value: value.isoformat().encode(),
        float: lambda value: repr(value).encode(),
    }
)
