"""What a database was really asked, as the database itself tells it: PostgreSQL by its log, SQLite by its trace.

Events of SQLAlchemy would not do: prepared statements go straight to the driver.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from backend.base.database import Database

FRAME = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK)\b")
# Once a connection, whenever the pool makes one.
SET_UP = "SET timezone"


@contextmanager
def asked_statements(database: Database, *, frames: bool = False) -> Iterator[list[str]]:
    """A list that holds, after the `with`, every statement in order; BEGIN, COMMIT, ROLLBACK only on wish."""
    found: list[str] = []
    recorded = _traced(database) if database.is_sqlite else _logged(database)
    with recorded as statements:
        yield found
    asked = [statement for statement in statements if not statement.startswith(SET_UP)]
    found += [statement for statement in asked if frames or not FRAME.match(statement)]


@contextmanager
def planned_queries(session: Session, table: str) -> Iterator[list[str]]:
    """A list that holds, after the `with`, the plan's lines for each SELECT that begins with a column of `table`.

    PostgreSQL reads a table of a few rows whole unless it is told not to; what is shown is which index it could use.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    if not sqlite:
        session.execute(text("SET LOCAL enable_seqscan = off"))
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(f"SELECT {table}."):
            asked = ("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement
            rows = connection.connection.driver_connection.execute(asked, parameters)
            plans.extend(str(row) for row in rows.fetchall())

    event.listen(session.connection(), "before_cursor_execute", explain)
    yield plans


@contextmanager
def _traced(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def listen(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(statements.append)

    def stop(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(None)

    event.listen(database.engine, "checkout", listen)
    event.listen(database.engine, "checkin", stop)
    try:
        yield statements
    finally:
        event.remove(database.engine, "checkout", listen)
        event.remove(database.engine, "checkin", stop)
    statements[:] = list(_without_triggers(statements))


def _without_triggers(statements: list[str]) -> Iterator[str]:
    """What a trigger runs is told as a comment, or as the statement that set it off, once more: nobody writes the
    very same row twice."""
    last = ""
    for statement in statements:
        if not statement.startswith("--") and (statement != last or statement.lstrip().startswith("SELECT")):
            yield statement
        last = statement


@contextmanager
def _logged(database: Database) -> Iterator[list[str]]:
    """The server writes each statement before it runs it, so the log is complete when the answer is here."""
    statements: list[str] = []
    log = Path(str(database.url.query["host"])) / "server.log"
    _log_statements(database, "all")
    start = log.stat().st_size
    try:
        yield statements
        with log.open("rb") as file:
            file.seek(start)
            text = file.read().decode(errors="replace")
        line = re.compile(rf"\[\d+\] {database.url.database} LOG:  (?:statement|execute [^:]+): (.*)")
        statements += line.findall(text)
    finally:
        _log_statements(database, "none")


def _log_statements(database: Database, which: str) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {database.url.database} SET log_statement = '{which}'")
        connection.commit()
    # Connections take such a setting when they begin.
    database.engine.dispose()
