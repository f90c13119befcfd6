"""Statements compiled once: SQLAlchemy builds the text at first use, each request only binds parameters.

Building and cache-keying a large statement anew costs more than running it. The types of the columns still
translate every parameter and result, so UUIDs, moments and JSON look alike on both databases.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Translate = Callable[[Any], Any]
# By name, because a positional text would tie us to the compiler's order of binds.
_SQLITE = sqlite.dialect(paramstyle="named")  # type: ignore[no-untyped-call]


class Compiled:
    """A statement's text for one kind of database, with its parameters' and results' translations."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiler = statement.compile(dialect=_SQLITE if dialect.name == "sqlite" else dialect)
        assert isinstance(compiler, SQLCompiler)
        self.text = str(compiler)
        self._fixed = {
            name: bind.value
            for name, bind in compiler.binds.items()
            if bind.value is not None and not bind.required
        }
        processors = {name: _bind_processor(bind.type, dialect) for name, bind in compiler.binds.items()}
        self._binds = {name: processor for name, processor in processors.items() if processor}
        columns = list(getattr(statement, "exported_columns", ()))
        self._results = [_result_processor(column.type, dialect) for column in columns]
        names = [column.key or f"column_{index}" for index, column in enumerate(columns)]
        self._row: Any = namedtuple("Row", names, rename=True)  # noqa: PYI024

    def rows(self, connection: Connection, params: Mapping[str, Any]) -> Sequence[Any]:
        """Named tuples of the statement's columns."""
        values = {**self._fixed, **params}
        for name, translate in self._binds.items():
            values[name] = translate(values[name])
        found = connection.exec_driver_sql(self.text, values).fetchall()
        return [
            self._row(
                *[
                    translate(value) if translate else value
                    for translate, value in zip(self._results, row, strict=True)
                ]
            )
            for row in found
        ]


class Prepared:
    """A statement with constant text, for any database."""

    def __init__(self, build: Callable[[str], Any]) -> None:
        """`build` takes the dialect's name ("sqlite", "postgresql") and returns the statement."""
        self._build = build
        self._compiled: dict[str, Compiled] = {}

    def rows(self, session: Session, **params: Any) -> Sequence[Any]:
        connection = session.connection()
        return self.compiled_for(connection.dialect).rows(connection, params)

    def first(self, session: Session, **params: Any) -> Any | None:
        rows = self.rows(session, **params)
        return rows[0] if rows else None

    def compiled_for(self, dialect: Dialect) -> Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = Compiled(self._build(dialect.name), dialect)
        return compiled


def _bind_processor(type_: TypeEngine[Any], dialect: Dialect) -> Translate | None:
    processor: Translate | None = type_.dialect_impl(dialect).bind_processor(dialect)
    return processor


def _result_processor(type_: TypeEngine[Any], dialect: Dialect) -> Translate | None:
    processor: Translate | None = type_.dialect_impl(dialect).result_processor(dialect, None)
    return processor
