"""Statements are compiled once a test run, not once a test.

Each test has a database, and so an engine, of its own. SQLAlchemy keeps what it has compiled by the engine's dialect,
and compiling takes longer than running: so all engines of a kind get the dialect of the first that reached its
database, and what has been compiled for that.
"""

from typing import Any

import sqlalchemy
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.util import LRUCache

STATEMENTS = 3_000  # of each kind; an application keeps 500

_DIALECTS: dict[str, Dialect] = {}
_COMPILED: dict[str, LRUCache[Any, Any]] = {}


def create_engine(url: Any, **keywords: Any) -> Engine:
    """SQLAlchemy's, sparing what an earlier one of the kind has done."""
    engine = sqlalchemy.create_engine(url, **keywords)
    own = engine.dialect
    if own.name in _DIALECTS:
        engine.dialect = _DIALECTS[own.name]
        engine.update_execution_options(compiled_cache=_COMPILED[own.name])
        # What the server is and can do is known.
        own.initialize = lambda connection: None  # type: ignore[method-assign]
    else:
        _COMPILED.setdefault(own.name, LRUCache(STATEMENTS))
        event.listen(engine, "connect", lambda *_: _DIALECTS.setdefault(own.name, own))
    return engine
