"""A list of writes that travels as one statement.

On PostgreSQL the list becomes data-modifying CTEs of a single statement, on SQLite the same list runs row by
row inside the transaction. Ids are ours (UUIDv7), so that no write waits for another's answer.

Two laws of such a statement, which callers keep: a row is changed by at most one write of a list; and a
missed guard would not stop the other writes, so what each of them touched is counted, and one row too few
makes the statement fail as a whole: StaleRead.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Table,
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
    values,
)
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert, ReturningUpdate, UpdateBase
from sqlalchemy.types import NullType, TypeEngine

from backend.base.database import connection_of
from backend.base.errors import StaleRead
from backend.base.statements import Compiled

# The parameter beside a write's columns when many rows travel as one array a column.
COUNT = "count"
# So many rows of a write stand in the statement itself: an award from each of three budgets moves four balances.
FEW = 4
GUARD_MISSED = "22012"  # division_by_zero

RowColumns = Mapping[str, ColumnElement[Any]]
WriteRow = Mapping[str, Any]
Counted = ReturningInsert[Any] | ReturningUpdate[Any] | ReturningDelete[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """One INSERT or UPDATE, written for a single row of parameters, given any number of rows.

    `guarded`: must touch as many rows as it was given, or the whole list counts as a stale read.
    """

    name: str
    params: Mapping[str, TypeEngine[Any]]
    build: Callable[[RowColumns, str], UpdateBase]
    guarded: bool = True


def insert_into(table: FromClause, *columns: str) -> Write:
    """Insert the named columns of a table. Needs no guard: an insert fails or is done."""
    assert isinstance(table, Table)  # noqa: S101 (every model here is a table)

    def build(row: RowColumns, _dialect: str) -> UpdateBase:
        source = select(*[row[name] for name in columns])
        return insert(table).from_select(list(columns), source, include_defaults=False)

    params = {name: table.c[name].type for name in columns}
    untyped = [name for name, type_ in params.items() if isinstance(type_, NullType)]
    if untyped:  # of a foreign key to a table that is not imported yet
        raise TypeError(f"{table.name}: no type is known for {', '.join(untyped)}")
    return Write(table.name, params, build, guarded=False)


class WriteList:
    """The writes, in the order in which SQLite runs them.

    On PostgreSQL a statement is compiled for each combination of how many rows the writes get. A few rows stand
    in it as VALUES; more of them travel as an array a column, whatever their number.
    """

    def __init__(self, writes: Sequence[Write]) -> None:
        self.writes = writes
        self._as_one: dict[tuple[int, ...], _AsOne] = {}
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
        given = [rows.get(write.name, ()) for write in self.writes]
        shape = tuple(min(len(found), FEW + 1) for found in given)
        if not any(shape):
            return
        statement = self._as_one.get(shape)
        if statement is None:
            statement = self._as_one[shape] = _AsOne(self.writes, shape, connection.dialect)
        try:
            statement.run(connection, given)
        except DataError as error:
            if getattr(error.orig, "sqlstate", None) != GUARD_MISSED:
                raise
            raise StaleRead from error

    def _run_in_order(self, connection: Connection, rows: Mapping[str, Sequence[WriteRow]]) -> None:
        if self._in_order is None:
            self._in_order = [
                Compiled(_counted(write, _bound_row(write), "sqlite"), connection.dialect)
                for write in self.writes
            ]
        for write, compiled in zip(self.writes, self._in_order, strict=True):
            for row in rows.get(write.name, ()):
                touched = compiled.rows(connection, {_place(write, name): row[name] for name in write.params})
                if write.guarded and len(touched) != 1:
                    raise StaleRead(write.name)


class _AsOne:
    """One statement of a list, for so many rows of each write."""

    def __init__(self, writes: Sequence[Write], shape: Sequence[int], dialect: Dialect) -> None:
        self._compiled = Compiled(_as_one_statement(writes, shape), dialect)
        places = {
            _place(write, name, number): (index, number, name)
            for index, (write, count) in enumerate(zip(writes, shape, strict=True))
            for number in range(count if count <= FEW else 1)
            for name in (write.params if count <= FEW else (*write.params, COUNT))
        }
        # Of each parameter in its order: which write, which of its rows, which column.
        self._sources = [places[name] for name in self._compiled.names]

    def run(self, connection: Connection, given: Sequence[Sequence[WriteRow]]) -> None:
        found = [rows if len(rows) <= FEW else _by_column(rows) for rows in given]
        values = [found[index][number][name] for index, number, name in self._sources]
        self._compiled.rows_for(connection, values)


def _by_column(rows: Sequence[WriteRow]) -> Sequence[WriteRow]:
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    return [columns | {COUNT: len(rows)}]


def _place(write: Write, name: str, number: int = 0) -> str:
    """The name of a parameter in the statement."""
    return f"{write.name}_{number}_{name}"


def _bound_row(write: Write, number: int = 0) -> dict[str, ColumnElement[Any]]:
    return {name: bindparam(_place(write, name, number), type_=type_) for name, type_ in write.params.items()}


def _cast_row(write: Write, number: int = 0) -> dict[str, ColumnElement[Any]]:
    """On PostgreSQL a bare parameter would count as text in a SELECT or in VALUES."""
    return {name: cast(bound, bound.type) for name, bound in _bound_row(write, number).items()}


def _few_rows(write: Write, count: int) -> RowColumns:
    columns = [column(name, type_) for name, type_ in write.params.items()]
    rows = [tuple(_cast_row(write, number).values()) for number in range(count)]
    return dict(values(*columns, name=f"{write.name}_rows").data(rows).c)


def _many_rows(write: Write) -> RowColumns:
    """The rows of an array a column as a table.

    The limit drops nothing: it tells PostgreSQL to expect few rows, or it would guess a hundred and read
    whole tables to join them.
    """
    arrays = [
        cast(bindparam(_place(write, name), type_=ARRAY(type_)), ARRAY(type_))
        for name, type_ in write.params.items()
    ]
    columns = [column(name, type_) for name, type_ in write.params.items()]
    table = func.unnest(*arrays).table_valued(*columns).render_derived(name=f"{write.name}_rows")
    limit = bindparam(_place(write, COUNT), type_=BigInteger())
    return dict(select(*table.c).limit(limit).subquery(f"{write.name}_few").c)


def _rows(write: Write, count: int) -> RowColumns:
    if count == 1:
        return _cast_row(write)
    return _few_rows(write, count) if count <= FEW else _many_rows(write)


def _counted(write: Write, row: RowColumns, dialect: str) -> Counted:
    statement: Any = write.build(row, dialect)
    counted: Counted = statement.returning(literal_column("1").label("touched"))
    return counted


def _as_one_statement(writes: Sequence[Write], shape: Sequence[int]) -> Any:
    """The last SELECT divides by zero when a guard missed, so that the statement takes everything back itself."""
    steps = []
    met = []
    for write, count in zip(writes, shape, strict=True):
        if not count:
            continue
        step = _counted(write, _rows(write, count), "postgresql").cte(f"{write.name}_written")
        steps.append(step)
        if write.guarded:
            expected = bindparam(_place(write, COUNT), type_=BigInteger()) if count > FEW else count
            met.append(select(func.count()).select_from(step).scalar_subquery() == expected)
    guard = literal_column("1").op("/", return_type=Integer())(case((and_(true(), *met), 1), else_=0))
    return select(guard.label("met")).add_cte(*steps)
