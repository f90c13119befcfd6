"""The database: types, ids, and the one place where a transaction begins, commits or rolls back.

SQLite by default (WAL, foreign keys, durable, one writer at a time), PostgreSQL by URL.
"""

import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import orjson
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Engine,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from uuid_utils.compat import uuid7

from backend.base.errors import DatabaseUnavailable, StaleRead

Result = TypeVar("Result")

# The first in hope, the second with locks, which another account may need by then (see `membership.joining`).
ATTEMPTS = 4
LOCK_WAIT_SECONDS = 5.0
STATEMENT_SECONDS = 15
# How a transaction begins; ALONE is one statement, which on PostgreSQL is a transaction by itself.
READ, WRITE, ALONE = "read", "write", "alone"
# Losses on PostgreSQL that a second try usually wins: of a race, of a lock, of a prepared statement.
RETRYABLE_SQLSTATES = {"40001", "40P01", "26000"}

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

JsonDocument = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware moments only; stored as UTC. SQLite would drop the zone and compare nonsense."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without its time zone")
        if value.tzinfo is not UTC:
            value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> uuid.UUID:
    """A UUIDv7: ordered by time, so that indexes grow at one end."""
    return uuid7()


def first_id_at(moment: datetime) -> uuid.UUID:
    """The smallest UUIDv7 of a moment: every id drawn before the moment's millisecond is smaller."""
    milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62)  # with version and variant


class Database:
    """One engine and the rules of its transactions."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url, pool_size)
        # The same pool, but for what begins another way.
        self._reading = self.engine.execution_options(meguri_begin=READ)
        self._alone = self.engine.execution_options(meguri_begin=ALONE)
        # SQLite has one writer. Waiting for it in line beats SQLite's own sleeping and trying again.
        self._writer_turn = threading.Lock()

    def run(
        self, work: Callable[[Session], Result], *, writes: bool = True, single_write: bool = False
    ) -> Result:
        """Do `work` in one transaction: return commits, raise rolls back.

        `single_write`: all that `work` writes is one WriteList, which on PostgreSQL is one statement; it then is
        the transaction by itself and saves the round trips of BEGIN and COMMIT.

        A stale read, a lost race for a UNIQUE value or a deadlock runs it again, with
        `session.info["locking"]` set; the second time the check sees what the first one missed.
        So does a connection that had died in the pool, as after a restart of the database.
        Raises DatabaseUnavailable when the database is locked or gone.
        """
        for attempt in range(1, ATTEMPTS + 1):
            alone = single_write and attempt == 1 and not self.is_sqlite
            try:
                with self._turn(writes), self._session(writes, alone=alone) as session:
                    session.info.update(locking=attempt > 1, last_try=attempt == ATTEMPTS)
                    return self._carry_out(work, session)
            except (StaleRead, DBAPIError, PoolTimeout) as error:
                if attempt < ATTEMPTS and (is_lost_race(error) or _never_began(error)):
                    continue
                if _means_unavailable(error):
                    raise DatabaseUnavailable from error
                raise
        raise AssertionError("unreachable")

    def _carry_out(self, work: Callable[[Session], Result], session: Session) -> Result:
        """The one place that commits."""
        if session.info["alone"]:  # the one statement commits itself
            return work(session)
        with session.info["connection"].begin():
            result = work(session)
            session.flush()
        return result

    @contextmanager
    def _session(self, writes: bool, *, alone: bool) -> Iterator[Session]:
        """A session on a connection whose transaction is ours: one that never touches the ORM costs little."""
        engine = self._alone if alone else self.engine if writes else self._reading
        with engine.connect() as connection:
            session = Session(connection, expire_on_commit=False, join_transaction_mode="rollback_only")
            session.info.update(alone=alone, connection=connection)
            try:
                yield session
            finally:
                if session.in_transaction():  # the ORM was used
                    session.close()

    def _turn(self, writes: bool) -> AbstractContextManager[None]:
        return self._writers_turn() if self.is_sqlite and writes else nullcontext()

    @contextmanager
    def _writers_turn(self) -> Iterator[None]:
        if not self._writer_turn.acquire(timeout=LOCK_WAIT_SECONDS):
            raise DatabaseUnavailable
        try:
            yield
        finally:
            self._writer_turn.release()


def connection_of(session: Session) -> Connection:
    """The session's connection, without asking the session's state machine each time."""
    found: Connection | None = session.info.get("connection")
    return found if found is not None else session.connection()


def is_locking(session: Session) -> bool:
    """Whether this is a second try, which must lock what it reads."""
    return bool(session.info.get("locking"))


def is_last_try(session: Session) -> bool:
    """Whether nobody runs this again: what fails now fails for good."""
    return bool(session.info.get("last_try"))


def is_lost_race(error: Exception) -> bool:
    if isinstance(error, StaleRead | IntegrityError):
        return True
    return getattr(getattr(error, "orig", None), "sqlstate", None) in RETRYABLE_SQLSTATES


def _never_began(error: Exception) -> bool:
    if not isinstance(error, DBAPIError) or not error.connection_invalidated:
        return False
    return (error.statement or "").startswith("BEGIN")


def _means_unavailable(error: Exception) -> bool:
    if isinstance(error, StaleRead | OperationalError | InterfaceError | PoolTimeout):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        json_serializer=json_text,
        json_deserializer=orjson.loads,
        connect_args={"timeout": LOCK_WAIT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver would begin transactions late and lazily; we say BEGIN ourselves, below.
        connection.isolation_level = None
        connection.create_function("unhex", 1, bytes.fromhex, deterministic=True)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",  # an acknowledged purchase survives a power cut
            "foreign_keys = ON",
            "recursive_triggers = ON",  # or INSERT OR REPLACE slips past the append-only triggers
        ):
            connection.execute(f"PRAGMA {pragma}")

    _begin_by_option(engine, {READ: "BEGIN", WRITE: "BEGIN IMMEDIATE"})
    return engine


def _postgresql_engine(url: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        json_serializer=json_text,
        json_deserializer=orjson.loads,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=LOCK_WAIT_SECONDS,
        pool_recycle=1800,
        # To the driver, that is: we say BEGIN ourselves, below; it still ends what was begun.
        isolation_level="AUTOCOMMIT",
        # Else psycopg prepares statements too, and a ROLLBACK makes it say DEALLOCATE ALL, which takes ours along.
        connect_args={"connect_timeout": 5, "prepare_threshold": None},
    )
    _set_up_sessions(engine)
    _begin_by_option(engine, {READ: "BEGIN READ ONLY", WRITE: "BEGIN"})
    return engine


def _set_up_sessions(engine: Engine) -> None:
    """By a statement: a pooler such as PgBouncer refuses a connection that brings options of its own."""

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.execute(
            "SET timezone TO 'UTC';"
            f"SET lock_timeout TO {int(LOCK_WAIT_SECONDS * 1000)};"
            f"SET statement_timeout TO {STATEMENT_SECONDS * 1000};"
            "SET idle_in_transaction_session_timeout TO 60000;"
            # Planning the purchase's one statement takes as long as running it.
            "SET plan_cache_mode TO force_generic_plan"
        )


def _begin_by_option(engine: Engine, statements: Mapping[str, str]) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        statement = statements.get(connection.get_execution_options().get("meguri_begin", WRITE))
        if statement:
            connection.exec_driver_sql(statement)
