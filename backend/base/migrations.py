"""Alembic, wherever the project is installed."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from backend.base.database import Database


def project_folder(name: str) -> Path:
    """A top-level folder of the project: inside the package once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


def alembic_config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(project_folder("migrations")).replace("%", "%%"))
    config.attributes["engine"] = database.engine
    return config


@cache
def head_revision() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(project_folder("migrations")).replace("%", "%%"))
    return ScriptDirectory.from_config(config).get_current_head()


def current_revision(database: Database) -> str | None:
    """Only reads, so that it never waits for a writer. Raises DatabaseUnavailable."""

    def read(session: Session) -> str | None:
        return MigrationContext.configure(session.connection()).get_current_revision()

    return database.run(read, writes=False)


def is_current(database: Database) -> bool:
    return current_revision(database) == head_revision()


def upgrade(database: Database, revision: str = "head") -> None:
    command.upgrade(alembic_config(database), revision)


def downgrade(database: Database, revision: str) -> None:
    command.downgrade(alembic_config(database), revision)
