"""A list of writes that travels as one statement.

On PostgreSQL the list becomes data-modifying CTEs of a single statement, on SQLite the same list runs in
order inside the transaction. Ids are ours (UUIDv7), so that no write waits for another's answer.

Two laws of such a statement, which callers keep: a row is changed by at most one write of a list; and a
missed guard would not stop the other writes, so what each of them touched is counted, and one row too few
makes the statement fail as a whole: StaleRead.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
    true,
)
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert, ReturningUpdate, UpdateBase
from sqlalchemy.types import TypeEngine

from backend.base.database import connection_of
from backend.base.errors import StaleRead
from backend.base.statements import Compiled

GUARD_MISSED = "22012"  # division_by_zero

RowColumns = Mapping[str, ColumnElement[Any]]
WriteRow = Mapping[str, Any]
Counted = ReturningInsert[Any] | ReturningUpdate[Any] | ReturningDelete[Any]


@dataclass(frozen=True, slots=True)
class Write:
    """One INSERT or UPDATE, written for a single row of parameters.

    `many`: takes any number of rows (a JSON document on PostgreSQL), else exactly one.
    `guarded`: must touch as many rows as it was given, or the whole list counts as a stale read.
    """

    name: str
    params: Mapping[str, TypeEngine[Any]]
    build: Callable[[RowColumns, str], UpdateBase]
    many: bool = False
    guarded: bool = True


def insert_into(table: FromClause, *columns: str, many: bool = False) -> Write:
    """Insert the named columns of a table, one row or many. Needs no guard: an insert fails or is done."""
    assert isinstance(table, Table)  # noqa: S101 (every model here is a table)

    def build(row: RowColumns, dialect: str) -> UpdateBase:
        if many:
            source = select(*[row[name] for name in columns])
            return insert(table).from_select(list(columns), source, include_defaults=False)
        return insert(table).values({name: row[name] for name in columns}).inline()

    params = {name: table.c[name].type for name in columns}
    return Write(table.name, params, build, many=many, guarded=False)


class WriteList:
    """The writes, in the order in which SQLite runs them; compiled once for each kind of database."""

    def __init__(self, writes: Sequence[Write]) -> None:
        self.writes = writes
        # Of each write that takes one row: its parameters' names in the statement and in the row.
        self._names = {
            write.name: [(f"{write.name}__{name}", name) for name in write.params] for write in writes
        }
        self._as_one: Compiled | None = None
        self._in_order: list[Compiled] | None = None

    def run(self, session: Session, rows: Mapping[str, Sequence[WriteRow]]) -> None:
        """Write `rows` (by name of the write). Raises StaleRead when a guard misses."""
        connection = connection_of(session)
        if session.info.get("alone") and session.info.setdefault("written", self) is not self:
            raise AssertionError("a second list of writes in an operation that promised one")
        if connection.dialect.name == "postgresql":
            self._run_as_one(connection, rows)
        else:
            self._run_in_order(connection, rows)

    def _run_as_one(self, connection: Connection, rows: Mapping[str, Sequence[WriteRow]]) -> None:
        if self._as_one is None:
            self._as_one = Compiled(_as_one_statement(self.writes), connection.dialect)
        params: dict[str, Any] = {}
        for write in self.writes:
            given = rows.get(write.name, ())
            if write.many:
                # One document a write: cheaper to bind and to send than an array a column.
                params[f"{write.name}__rows"] = orjson.dumps(given).decode()
                params[f"{write.name}__count"] = len(given)
            else:
                row = given[0]
                for parameter, name in self._names[write.name]:
                    params[parameter] = row[name]
        try:
            self._as_one.rows(connection, params)
        except DataError as error:
            if getattr(error.orig, "sqlstate", None) != GUARD_MISSED:
                raise
            raise StaleRead from error

    def _run_in_order(self, connection: Connection, rows: Mapping[str, Sequence[WriteRow]]) -> None:
        if self._in_order is None:
            self._in_order = [
                Compiled(_counted(write, _single(write), "sqlite"), connection.dialect)
                for write in self.writes
            ]
        for write, compiled in zip(self.writes, self._in_order, strict=True):
            for row in rows.get(write.name, ()):
                touched = compiled.rows(
                    connection, {parameter: row[name] for parameter, name in self._names[write.name]}
                )
                if write.guarded and len(touched) != 1:
                    raise StaleRead(write.name)


def _single(write: Write) -> RowColumns:
    return {name: bindparam(f"{write.name}__{name}", type_=type_) for name, type_ in write.params.items()}


def _recordset(write: Write) -> RowColumns:
    """The rows of a JSON array as a table.

    The limit drops nothing: it tells PostgreSQL to expect few rows, or it would guess a hundred and read
    whole tables to join them.
    """
    document = cast(bindparam(f"{write.name}__rows", type_=Text()), JSON())
    columns = [column(name, type_) for name, type_ in write.params.items()]
    table = func.json_to_recordset(document).table_valued(*columns)
    table = table.render_derived(name=f"{write.name}_rows", with_types=True)
    limit = bindparam(f"{write.name}__count", type_=BigInteger())
    return dict(select(*table.c).limit(limit).subquery(f"{write.name}_few").c)


def _counted(write: Write, row: RowColumns, dialect: str) -> Counted:
    statement: Any = write.build(row, dialect)
    counted: Counted = statement.returning(literal_column("1").label("touched"))
    return counted


def _as_one_statement(writes: Sequence[Write]) -> Any:
    """The last SELECT divides by zero when a guard missed, so that the statement takes everything back itself."""
    steps = [
        _counted(write, _recordset(write) if write.many else _single(write), "postgresql").cte(
            f"{write.name}_written"
        )
        for write in writes
    ]
    met = [
        select(func.count()).select_from(step).scalar_subquery() == _expected(write)
        for step, write in zip(steps, writes, strict=True)
        if write.guarded
    ]
    guard = literal_column("1").op("/", return_type=Integer())(case((and_(true(), *met), 1), else_=0))
    return select(guard.label("met")).add_cte(*steps)


def _expected(write: Write) -> Any:
    return bindparam(f"{write.name}__count", type_=BigInteger()) if write.many else 1
