"""PgBouncer between us and PostgreSQL, keeping sessions: the API records, and a worker sends a message."""

import os
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from backend.base.database import Database
from tests.factories.purchases import issue, record
from tests.factories.sendings import CITY, recipients_of, target_of
from tests.faults.test_push_kills import prepare, wait_until_done, working
from tests.support.client import ApiClient
from tests.support.pooler import PGBOUNCER, run_pooler

READERS = 300
LIMITS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "plan_cache_mode")

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def pooled_url(database_url: str) -> Iterator[str]:
    if PGBOUNCER is None:
        if os.environ.get("MEGURI_REQUIRE_ALL"):
            pytest.fail("PgBouncer is required here and is not installed")
        pytest.skip("no PgBouncer: Debian's package `pgbouncer` lets these tests run")
    with run_pooler(database_url) as url:
        yield url


@pytest.fixture
def pooled(pooled_url: str) -> Iterator[Database]:
    database = Database(pooled_url)
    yield database
    database.engine.dispose()


def test_sessions_have_the_limits_of_any_other(pooled: Database, database: Database) -> None:
    def limits(session: Any) -> list[str]:
        return [session.scalar(text(f"SHOW {name}")) for name in LIMITS]

    assert pooled.run(limits) == database.run(limits)


def test_a_purchase_is_recorded(
    pooled_url: str, make_app: Any, settings: Any, citizen: ApiClient, clerk: ApiClient
) -> None:
    url = issue(clerk)["url"]
    app = make_app(replace(settings, database_url=pooled_url))

    response = record(ApiClient(app, citizen.token), url)

    assert response.status_code == 201, response.text


@pytest.mark.parametrize("listens", ["true", "false"])
def test_a_worker_sends_to_each_once(
    pooled_url: str, database: Database, tmp_path: Path, listens: str
) -> None:
    file = tmp_path / "sent"
    message_id: uuid.UUID = prepare(database, CITY, READERS)

    with working(pooled_url, file, {"WORKER_LISTENS": listens}):
        wait_until_done(database, message_id)

    rows = database.run(lambda session: recipients_of(session, message_id))
    assert Counter(row.status for row in rows) == {"accepted": READERS, "inbox_only": 2}
    assert Counter(file.read_text().split()) == Counter(
        target_of(row.citizen_id) for row in rows if row.status == "accepted"
    )
