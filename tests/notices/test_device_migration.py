"""The step that lets devices be browsers keeps the devices there are, and what is on its way to them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.base import migrations
from backend.base.database import Database, new_id
from tests.support.postgres import PostgresServer

AT = datetime(2026, 6, 15, tzinfo=UTC).isoformat()
NUMBER = iter(range(1_000))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        database = Database(server.create_database(f"devices_{next(NUMBER)}"))
    yield database
    database.engine.dispose()


INSERTS = (
    "INSERT INTO points_accounts (id, kind, slice_count, opened_at) VALUES (:account, 'citizen', 1, :at)",
    "INSERT INTO citizens (id, account_id, nickname, language, created_at)"
    " VALUES (:citizen, :account, 'n', 'ja', :at)",
    "INSERT INTO devices (id, citizen_id, installation_id, platform, target_kind, target, registered_at,"
    " last_seen_at) VALUES (:device, :citizen, :kind, 'web', :kind, :kind, :at, :at)",
    "INSERT INTO notices (id, citizen_id, kind, params, created_at)"
    " VALUES (:notice, :citizen, 'welcome', '{}', :at)",
    "INSERT INTO deliveries (notice_id, device_id, status, attempts, not_before)"
    " VALUES (:notice, :device, 'waiting', 0, :at)",
)


def add_device(database: Database, target_kind: str) -> None:
    """With its owner, and a delivery to it."""
    ids = {name: new_id().hex for name in ("account", "citizen", "device", "notice")}
    with database.engine.begin() as connection:
        for statement in INSERTS:
            connection.execute(text(statement), {**ids, "kind": target_kind, "at": AT})


def count(database: Database) -> dict[str, int]:
    query = "SELECT target_kind, count(*) FROM devices JOIN deliveries ON device_id = devices.id GROUP BY 1"
    with database.engine.begin() as connection:
        return {row[0]: row[1] for row in connection.execute(text(query))}


class TestDeviceMigration:
    def test_keeps_the_phones(self, empty: Database) -> None:
        migrations.upgrade(empty, "0027")
        add_device(empty, "fid")

        migrations.upgrade(empty, "0028")

        assert count(empty) == {"fid": 1}

    def test_taken_back_forgets_browsers_only(self, empty: Database) -> None:
        migrations.upgrade(empty, "0028")
        add_device(empty, "fcm_token")
        add_device(empty, "web_push")

        migrations.downgrade(empty, "0027")

        assert count(empty) == {"fcm_token": 1}
