"""Statements compiled once: SQLAlchemy builds the text at first use, each request only binds parameters.

Building and cache-keying a large statement anew costs more than running it, and so does its way through
SQLAlchemy's result objects. The types of the columns still translate every parameter and result, so UUIDs,
moments and JSON look alike on both databases, and the driver's errors come out as SQLAlchemy's.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Connection,
    LargeBinary,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from backend.base.database import connection_of
from backend.base.driver import TEXT, encoder_of, executor_of

Translate = Callable[[Any], Any]
# Both kinds are compiled to this style, whose places are easily found and given the driver's own spelling.
_SQLITE = sqlite.dialect(paramstyle="pyformat")
_PYFORMAT = re.compile(r"%\((\w+)\)s")


class Compiled:
    """A statement's text for one kind of database, with its parameters' and results' translations."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        is_postgresql = dialect.name == "postgresql"
        compiler = statement.compile(dialect=dialect if is_postgresql else _SQLITE)
        assert isinstance(compiler, SQLCompiler)  # noqa: S101 (only Core statements are prepared)
        # Constants stand in the text: a planner cannot know that a partial index on `remaining_points > 0`
        # serves `remaining_points > $1`, and reads the whole table instead.
        constants = {
            name: _literal(bind, dialect)
            for name, bind in compiler.binds.items()
            if bind.value is not None and not bind.required
        }
        names = [name for name in dict.fromkeys(_PYFORMAT.findall(str(compiler))) if name not in constants]
        self.names = names
        types = [compiler.binds[name].type for name in names]
        ways: Sequence[tuple[Translate | None, int]] = [
            encoder_of(type_) if is_postgresql else (_bind_processor(type_, dialect), TEXT) for type_ in types
        ]
        self._translations = [translate for translate, _ in ways]
        self._formats = [format_ for _, format_ in ways]
        # The database's own placeholders: the driver need not parse the text each time.
        mark = "$" if is_postgresql else "?"
        places = {name: f"{mark}{position}" for position, name in enumerate(names, 1)}
        spelling = constants | places
        self.text = _PYFORMAT.sub(lambda match: spelling[match[1]], str(compiler)).replace("%%", "%")
        columns = list(getattr(statement, "exported_columns", ()))
        self._results = _present(
            (position, _result_processor(column.type, dialect)) for position, column in enumerate(columns)
        )
        labels = [column.key or f"column_{index}" for index, column in enumerate(columns)]
        self._make_row: Callable[[Sequence[Any]], Any] = _row_class(labels)._make

    def rows(self, connection: Connection, params: Mapping[str, Any]) -> Sequence[Any]:
        """Named tuples of the statement's columns."""
        return self.rows_for(connection, [params[name] for name in self.names])

    def rows_for(self, connection: Connection, values: Sequence[Any]) -> Sequence[Any]:
        """The same, of values in the order of `names`."""
        try:
            given = [
                value if translate is None else translate(value)
                for translate, value in zip(self._translations, values, strict=True)
            ]
            found = executor_of(connection).execute(self.text, given, self._formats)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy(error, self.text, connection) from error
        return [self._translated(row) for row in found]

    def _translated(self, row: Sequence[Any]) -> Any:
        if self._results:
            row = list(row)
            for position, translate in self._results.items():
                row[position] = translate(row[position])
        return self._make_row(row)


class Prepared:
    """A statement with constant text, for any database."""

    def __init__(self, build: Callable[[str], Any]) -> None:
        """`build` takes the dialect's name ("sqlite", "postgresql") and returns the statement."""
        self._build = build
        self._compiled: dict[str, Compiled] = {}

    def rows(self, session: Session, **params: Any) -> Sequence[Any]:
        connection = connection_of(session)
        return self.compiled_for(connection.dialect).rows(connection, params)

    def first(self, session: Session, **params: Any) -> Any | None:
        rows = self.rows(session, **params)
        return rows[0] if rows else None

    def compiled_for(self, dialect: Dialect) -> Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = Compiled(self._build(dialect.name), dialect)
        return compiled


class _Listed(TypeDecorator[Any]):
    """Many values as one JSON document, for SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        translate = _bind_processor(self.item, dialect) or (lambda each: each)
        plain = [translate(each) for each in value]
        if isinstance(self.item, LargeBinary):
            plain = [bytes(each).hex() for each in plain]
        return orjson.dumps(plain).decode()


def among(column: Any, name: str, dialect: str) -> ColumnElement[bool]:
    """The column is one of the values of the parameter `name`, of which there may be any number."""
    if dialect == "postgresql":
        listed: ColumnElement[bool] = column == any_(bindparam(name, type_=ARRAY(column.type)))
        return listed
    value: Any = func.json_each(bindparam(name, type_=_Listed(column.type))).table_valued("value").c.value
    if isinstance(column.type, LargeBinary):
        value = func.unhex(value)
    found: ColumnElement[bool] = column.in_(select(value))
    return found


def _row_class(names: Sequence[str]) -> Any:
    return namedtuple("Row", names, rename=True)


def _as_sqlalchemy(error: Any, text: str, connection: Connection) -> BaseException:
    """The driver's error as the rest of the program knows it; a lost connection leaves the pool."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    wrapped: BaseException = DBAPIError.instance(
        text, None, error, dialect.loaded_dbapi.Error, connection_invalidated=is_lost, dialect=dialect
    )
    if is_lost:
        connection.invalidate(error)
    return wrapped


def _present(pairs: Any) -> dict[Any, Translate]:
    return {key: processor for key, processor in pairs if processor}


def _literal(bind: BindParameter[Any], dialect: Dialect) -> str:
    processor = bind.type.dialect_impl(dialect).literal_processor(dialect)
    if processor is None:
        raise TypeError(f"a constant of type {bind.type!r} cannot be written as text")
    return processor(bind.value)


def _bind_processor(type_: TypeEngine[Any], dialect: Dialect) -> Translate | None:
    processor: Translate | None = type_.dialect_impl(dialect).bind_processor(dialect)
    return processor


def _result_processor(type_: TypeEngine[Any], dialect: Dialect) -> Translate | None:
    processor: Translate | None = type_.dialect_impl(dialect).result_processor(dialect, None)
    return processor
