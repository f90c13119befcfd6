"""The tables are what the models say, on both databases; every step can be taken back; history stays closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError

from backend.base import migrations
from backend.base.database import Base, Database
from backend.base.migrations import project_folder
from tests.support.postgres import PostgresServer

PLUGINS = ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"]
NUMBER = iter(range(1_000))
INSERT = "INSERT INTO points_transactions (id, kind, occurred_at, recorded_at) VALUES ({}, 'fund', {}, {})"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        database = Database(server.create_database(f"empty_{next(NUMBER)}"))
    yield database
    database.engine.dispose()


def revisions() -> list[str]:
    return sorted(path.stem[:4] for path in (project_folder("migrations") / "versions").glob("[0-9]*.py"))


class TestMigrations:
    def test_end_where_alembic_says(self, database: Database) -> None:
        scripts = ScriptDirectory.from_config(migrations.alembic_config(database))

        assert migrations.head_revision() == scripts.get_current_head()

    def test_are_known_to_be_missing(self, empty: Database) -> None:
        assert migrations.current_revision(empty) is None

    def test_make_what_the_models_say(self, database: Database) -> None:
        with database.engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "autogenerate_plugins": PLUGINS}
            )

            assert compare_metadata(context, Base.metadata) == []

    def test_can_be_taken_back_one_by_one(self, empty: Database) -> None:
        migrations.upgrade(empty)

        for _ in revisions():
            migrations.downgrade(empty, "-1")

        assert set(inspect(empty.engine).get_table_names()) <= {"alembic_version"}

    def test_can_be_taken_again_after_having_been_taken_back(self, empty: Database) -> None:
        migrations.upgrade(empty)
        migrations.downgrade(empty, "base")

        migrations.upgrade(empty)

        assert migrations.is_current(empty)

    def test_are_numbered_without_gaps(self) -> None:
        assert revisions() == [f"{number:04}" for number in range(1, len(revisions()) + 1)]

    @pytest.mark.parametrize("revision", revisions())
    def test_keep_the_ledger_closed_after_every_step(self, empty: Database, revision: str) -> None:
        migrations.upgrade(empty, revision)
        key = "'00000000000070008000000000000009'"
        with empty.engine.begin() as connection:
            connection.execute(text(INSERT.format(key, "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP")))

        with (
            pytest.raises((IntegrityError, InternalError, OperationalError), match="append-only"),
            empty.engine.begin() as connection,
        ):
            connection.execute(text("DELETE FROM points_transactions"))


class TestModels:
    def test_are_not_imported_by_migrations(self) -> None:
        folder = project_folder("migrations") / "versions"

        importing = [
            path.name for path in folder.glob("*.py") if "backend" in path.read_text(encoding="utf-8")
        ]

        assert importing == []
