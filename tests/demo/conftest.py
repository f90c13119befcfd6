"""Tests here begin with the demonstration loaded.

`session` reads one demo city that all tests share, and rolls back what they write; `database_url` and all that
stands on it (`database`, `app`, …) is a city of the test's own.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import Database
from backend.base.secrets import Vault
from backend.config import Settings
from backend.demo.loading import load_demo
from tests.conftest import NOW
from tests.support.postgres import PostgresServer

TODAY = city_day(NOW)
TEMPLATE = "meguri_demo"

_database_number = iter(range(1_000_000))


def load(url: str) -> None:
    settings, database = Settings(), Database(url)
    vault = Vault(settings.secret_key)
    database.run(
        lambda session: load_demo(session, today=TODAY, vault=vault, terms_version=settings.terms_version)
    )
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()


@pytest.fixture(scope="session")
def demo_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "meguri.db"
    shutil.copy(sqlite_template, path)
    load(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def demo_postgresql(postgres: PostgresServer) -> str:
    load(postgres.create_database(TEMPLATE, template="meguri_template"))
    return TEMPLATE


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_demo(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{request.getfixturevalue('demo_sqlite')}")
        yield database
        database.engine.dispose()
        return
    template = request.getfixturevalue("demo_postgresql")
    server: PostgresServer = request.getfixturevalue("postgres")
    # A name of its own, because pytest may make it more than once: it sorts tests by parameter.
    name = f"meguri_demo_shared_{next(_database_number)}"
    database = Database(server.create_database(name, template=template))
    yield database
    database.engine.dispose()
    server.drop_database(name)


@pytest.fixture
def session(shared_demo: Database) -> Iterator[Session]:
    with Session(shared_demo.engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The demo city in a database of its own for each test."""
    if request.param == "sqlite":
        path = tmp_path / "demo.db"
        shutil.copy(request.getfixturevalue("demo_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("demo_postgresql")
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"meguri_demo_{next(_database_number)}"
    yield server.create_database(name, template=template)
    server.drop_database(name)


@pytest.fixture
def empty_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "empty.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.engine.dispose()
