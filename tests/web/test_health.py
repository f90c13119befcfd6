"""For those who run it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from backend.base.database import Database
from tests.support.client import ApiClient

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks are waited for only so long."""
    monkeypatch.setattr("backend.base.database.LOCK_WAIT_SECONDS", 0.2)


@pytest.fixture
def writer(database: Database) -> Iterator[sqlite3.Connection]:
    """Another process in the middle of a write."""
    connection = sqlite3.connect(Path(str(database.url.database)), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


class TestHealthz:
    @on_sqlite
    def test_answers_as_long_as_the_process_does(self, make_app: Any, settings: Any) -> None:
        app = make_app(replace(settings, database_url="sqlite:////nowhere/meguri.db"))

        response = ApiClient(app).get("/healthz")

        assert (response.status_code, response.text) == (200, "ok\n")


class TestReadyz:
    def test_answers_when_the_database_does(self, nobody: ApiClient) -> None:
        response = nobody.get("/readyz")

        assert (response.status_code, response.text) == (200, "ready\n")

    def test_wants_the_tables_of_this_version(self, nobody: ApiClient, database: Database) -> None:
        database.run(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '0001'")))

        response = nobody.get("/readyz")

        assert response.status_code == 503
        assert "meguri db upgrade" in response.text

    @pytest.mark.parametrize(
        "database_url",
        ["sqlite:////nowhere/meguri.db", "postgresql://postgres@/meguri?host=/nowhere"],
    )
    def test_is_unavailable_where_there_is_no_database(self, make_app: Any, settings: Any) -> None:
        response = ApiClient(make_app(settings)).get("/readyz")

        assert (response.status_code, response.get_json()["code"]) == (503, "database_unavailable")
        assert response.headers["Retry-After"] == "2"

    @on_sqlite
    def test_reads_while_another_process_writes(self, nobody: ApiClient, writer: sqlite3.Connection) -> None:
        assert nobody.get("/readyz").status_code == 200


@on_sqlite
class TestMetrics:
    def test_are_for_the_same_machine_where_no_token_is_set(self, app: Any) -> None:
        client = app.test_client()

        statuses = [
            client.get("/metrics", environ_overrides={"REMOTE_ADDR": address}).status_code
            for address in ("127.0.0.1", "::1", "192.0.2.7", "10.0.0.1", "")
        ]

        assert statuses == [200, 200, 401, 401, 401]

    def test_are_not_opened_by_a_forwarded_address(self, app: Any) -> None:
        response = app.test_client().get(
            "/metrics",
            headers={"X-Forwarded-For": "127.0.0.1"},
            environ_overrides={"REMOTE_ADDR": "192.0.2.7"},
        )

        assert response.status_code == 401

    @pytest.mark.parametrize(
        ("header", "status"),
        [
            ("Bearer a-metrics-token", 200),
            ("Bearer another-token", 401),
            ("Bearer ", 401),
            ("", 401),
            ("Bearer a-metrics-token-and-more", 401),
        ],
    )
    def test_want_the_token_that_is_set_even_from_the_same_machine(
        self, make_app: Any, settings: Any, header: str, status: int
    ) -> None:
        app = make_app(replace(settings, metrics_token="a-metrics-token"))

        assert ApiClient(app).get("/metrics", headers={"Authorization": header}).status_code == status

    def test_count_requests_by_route_and_status(self, nobody: ApiClient) -> None:
        nobody.get("/v1/campaigns")

        figures = nobody.get("/metrics").text

        assert 'meguri_requests_total{method="GET",route="/v1/campaigns",status="200"}' in figures
        assert 'meguri_request_seconds_bucket{le="0.05",route="/v1/campaigns"}' in figures

    def test_keep_one_figure_for_all_addresses_where_nothing_is(self, nobody: ApiClient) -> None:
        """Or whoever tries addresses would fill our memory."""
        for name in ("a", "b", "c"):
            nobody.get(f"/no-such-place/{name}")

        assert "no-such-place" not in nobody.get("/metrics").text

    def test_keep_one_figure_for_all_methods_that_callers_invent(self, app: Any, nobody: ApiClient) -> None:
        app.test_client().open("/healthz", method="BREW")

        figures = nobody.get("/metrics").text

        assert "BREW" not in figures
        assert 'method="other"' in figures
