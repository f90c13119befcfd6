"""A list of writes that travels as one statement.

On PostgreSQL the list becomes data-modifying CTEs of a single statement, on SQLite the same list runs in
order inside the transaction. Ids are ours (UUIDv7), so that no write waits for another's answer.

Two laws of such a statement, which callers keep: a row is changed by at most one write of a list; and a
missed guard does not stop the other writes, so every write is counted and one row too few raises
StaleRead, which rolls everything back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    FromClause,
    Table,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert, ReturningUpdate, UpdateBase
from sqlalchemy.types import TypeEngine

from backend.base.errors import StaleRead
from backend.base.statements import Compiled

RowColumns = Mapping[str, ColumnElement[Any]]
WriteRow = Mapping[str, Any]
Counted = ReturningInsert[Any] | ReturningUpdate[Any] | ReturningDelete[Any]


@dataclass(frozen=True, slots=True)
class Write:
    """One INSERT or UPDATE, written for a single row of parameters.

    `many`: takes any number of rows (arrays on PostgreSQL), else exactly one.
    `guarded`: must touch as many rows as it was given, or the whole list counts as a stale read.
    """

    name: str
    params: Mapping[str, TypeEngine[Any]]
    build: Callable[[RowColumns, str], UpdateBase]
    many: bool = False
    guarded: bool = True


def insert_into(table: FromClause, *columns: str, many: bool = False) -> Write:
    """Insert the named columns of a table, one row or many."""
    assert isinstance(table, Table)

    def build(row: RowColumns, dialect: str) -> UpdateBase:
        if many:
            source = select(*[row[name] for name in columns])
            return insert(table).from_select(list(columns), source, include_defaults=False)
        return insert(table).values({name: row[name] for name in columns}).inline()

    return Write(table.name, {name: table.c[name].type for name in columns}, build, many=many)


class WriteList:
    """The writes, in the order in which SQLite runs them; compiled once for each kind of database."""

    def __init__(self, writes: Sequence[Write]) -> None:
        self.writes = writes
        self._as_one: Compiled | None = None
        self._in_order: list[Compiled] | None = None

    def run(self, session: Session, rows: Mapping[str, Sequence[WriteRow]]) -> None:
        """Write `rows` (by name of the write). Raises StaleRead when a guard misses."""
        connection = session.connection()
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
            for name in write.params:
                params[f"{write.name}__{name}"] = (
                    [row[name] for row in given] if write.many else given[0][name]
                )
        touched = self._as_one.rows(connection, params)[0]
        for write, count in zip(self.writes, touched, strict=True):
            if write.guarded and count != len(rows.get(write.name, ())):
                raise StaleRead(write.name)

    def _run_in_order(self, connection: Connection, rows: Mapping[str, Sequence[WriteRow]]) -> None:
        if self._in_order is None:
            self._in_order = [
                Compiled(_counted(write, _single(write), "sqlite"), connection.dialect)
                for write in self.writes
            ]
        for write, compiled in zip(self.writes, self._in_order, strict=True):
            for row in rows.get(write.name, ()):
                touched = compiled.rows(
                    connection, {f"{write.name}__{name}": row[name] for name in write.params}
                )
                if write.guarded and len(touched) != 1:
                    raise StaleRead(write.name)


def _single(write: Write) -> RowColumns:
    return {name: bindparam(f"{write.name}__{name}", type_=type_) for name, type_ in write.params.items()}


def _unnested(write: Write) -> RowColumns:
    arrays = [bindparam(f"{write.name}__{name}", type_=ARRAY(type_)) for name, type_ in write.params.items()]
    table = func.unnest(*arrays).table_valued(*[column(name, type_) for name, type_ in write.params.items()])
    return dict(table.render_derived(name=f"{write.name}_rows").c)


def _counted(write: Write, row: RowColumns, dialect: str) -> Counted:
    statement: Any = write.build(row, dialect)
    counted: Counted = statement.returning(literal_column("1").label("touched"))
    return counted


def _as_one_statement(writes: Sequence[Write]) -> Any:
    steps = [
        _counted(write, _unnested(write) if write.many else _single(write), "postgresql").cte(
            f"{write.name}_written"
        )
        for write in writes
    ]
    counts = [select(func.count()).select_from(step).scalar_subquery() for step in steps]
    return select(*[count.label(write.name) for count, write in zip(counts, writes, strict=True)])
