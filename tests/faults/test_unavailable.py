"""A database that is locked or gone: 503 and when to try again, nothing half done, and all well once it is back."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from backend.base.database import Database
from backend.base.errors import DatabaseUnavailable
from backend.points.verification import verify_ledger
from backend.purchases.models import Purchase, TillCode
from tests.factories.purchases import issue, record
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.postgres import PostgresServer

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_no_database = pytest.mark.parametrize(
    "database_url", ["sqlite:////nowhere/meguri.db", "postgresql://postgres@/meguri?host=/nowhere"]
)


def count(database: Database, model: type[Any]) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks are waited for only so long."""
    monkeypatch.setattr("backend.base.database.LOCK_WAIT_SECONDS", 0.2)


@on_sqlite
@pytest.mark.usefixtures("hurried")
class TestLockedSqlite:
    """Another process is in the middle of a write, and stays there."""

    @pytest.fixture
    def url(self, register: ApiClient) -> str:
        return str(issue(register)["url"])

    @pytest.fixture
    def writer(self, url: str, database: Database) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(Path(str(database.url.database)), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.close()

    def test_refuses_a_purchase_and_says_when_to_try_again(
        self, citizen: ApiClient, url: str, writer: sqlite3.Connection
    ) -> None:
        response = record(citizen, url)

        assert (response.status_code, response.get_json()["code"]) == (503, "database_unavailable")
        assert response.headers["Retry-After"] == "2"

    def test_leaves_nothing_half_done(
        self, citizen: ApiClient, url: str, writer: sqlite3.Connection, database: Database
    ) -> None:
        record(citizen, url)
        writer.execute("ROLLBACK")

        assert count(database, Purchase) == 0
        assert database.run(lambda session: session.scalars(select(TillCode.used_at)).all()) == [None]

    def test_takes_the_same_request_once_the_lock_is_gone(
        self, citizen: ApiClient, url: str, writer: sqlite3.Connection, database: Database
    ) -> None:
        record(citizen, url)
        writer.execute("ROLLBACK")

        response = record(citizen, url)

        assert response.status_code == 201
        assert "Idempotent-Replayed" not in response.headers
        assert database.run(verify_ledger) == []

    def test_still_reads(self, citizen: ApiClient, url: str, writer: sqlite3.Connection) -> None:
        paths = ("/v1/me/points", "/v1/purchases", "/v1/campaigns", "/v1/me/points/entries")

        assert [citizen.get(path).status_code for path in paths] == [200] * 4

    def test_still_says_what_a_code_means(
        self, citizen: ApiClient, url: str, writer: sqlite3.Connection
    ) -> None:
        assert citizen.post("/v1/scans", {"scanned": url}).status_code == 200

    def test_makes_nobody_wait_longer_than_the_lock_is_waited_for(
        self, citizen: ApiClient, url: str, writer: sqlite3.Connection
    ) -> None:
        start = time.perf_counter()

        record(citizen, url)

        assert time.perf_counter() - start < 2

    def test_does_not_wait_for_a_writer_of_our_own_for_ever(
        self, citizen: ApiClient, url: str, database: Database
    ) -> None:
        with database._writer_turn:
            response = record(citizen, url)

        assert response.status_code == 503


@on_postgresql
class TestLostPostgres:
    def test_gives_503_when_every_connection_is_cut_and_then_goes_on(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, postgres: PostgresServer
    ) -> None:
        """As when PostgreSQL is restarted: the pool holds connections that are dead."""
        url = issue(clerk)["url"]
        cut_connections(database, postgres)

        first = record(citizen, url)
        second = record(citizen, url)

        assert first.status_code in (201, 503)
        assert second.status_code == 201
        assert count(database, Purchase) == 1
        assert database.run(verify_ledger) == []

    def test_answers_when_the_connection_had_died_before_anything_began(
        self, citizen: ApiClient, database: Database, postgres: PostgresServer
    ) -> None:
        citizen.get("/v1/me/points")
        cut_connections(database, postgres)

        assert citizen.get("/v1/me/points").status_code == 200

    def test_gives_503_when_its_connection_is_cut_in_the_middle(
        self, clerk: ApiClient, database: Database, postgres: PostgresServer
    ) -> None:
        def cut_and_ask(session: Any) -> None:
            cut_connections(database, postgres)
            session.execute(text("SELECT 1"))

        with pytest.raises(DatabaseUnavailable):
            database.run(cut_and_ask)

    @pytest.mark.usefixtures("hurried")
    def test_gives_503_for_a_lock_that_is_held_too_long(
        self, citizen: ApiClient, clerk: ApiClient, world: World, settings: Any
    ) -> None:
        url = issue(clerk)["url"]
        holder = Database(settings.database_url)
        with holder.engine.connect() as connection:
            held = {"account_id": world.citizen.account_id}
            connection.execute(
                text("SELECT 1 FROM points_balances WHERE account_id = :account_id FOR UPDATE"), held
            )

            response = record(citizen, url)

        holder.engine.dispose()
        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        assert record(citizen, url).status_code == 201


def cut_connections(database: Database, postgres: PostgresServer) -> None:
    with postgres.connect() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [database.url.database],
        )


@on_no_database
class TestNoDatabase:
    """The wrong URL, the disk not mounted, the server not started."""

    @pytest.mark.parametrize("path", ["/v1/campaigns", "/v1/me/points", "/v1/purchases"])
    def test_gives_503_to_every_read(self, make_app: Any, settings: Any, path: str) -> None:
        response = ApiClient(make_app(settings), "mgc_anything").get(path)

        assert (response.status_code, response.get_json()["code"]) == (503, "database_unavailable")
        assert response.headers["Retry-After"] == "2"

    def test_gives_503_to_a_purchase(self, make_app: Any, settings: Any) -> None:
        response = record(ApiClient(make_app(settings), "mgc_anything"), "nonsense")

        assert response.status_code == 503

    def test_tells_nobody_where_it_looked(self, make_app: Any, settings: Any) -> None:
        response = ApiClient(make_app(settings)).get("/v1/campaigns")

        assert "nowhere" not in response.text
