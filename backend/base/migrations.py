"""The database's versions: told without Alembic, which is imported only where something is changed."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from backend.base.database import Database

if TYPE_CHECKING:
    from alembic.config import Config


def project_folder(name: str) -> Path:
    """A top-level folder of the project: inside the package once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


def alembic_config(database: Database) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(project_folder("migrations")).replace("%", "%%"))
    config.attributes["engine"] = database.engine
    return config


@cache
def head_revision() -> str:
    """The newest: migrations are numbered, and their files begin with the number."""
    return max(path.name[:4] for path in (project_folder("migrations") / "versions").glob("[0-9]*.py"))


def current_revision(database: Database) -> str | None:
    """Only reads, so that it never waits for a writer. Raises DatabaseUnavailable."""

    def read(session: Session) -> str | None:
        if not inspect(session.connection()).has_table("alembic_version"):
            return None
        found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
        return found

    return database.run(read, writes=False)


def is_current(database: Database) -> bool:
    return current_revision(database) == head_revision()


def upgrade(database: Database, revision: str = "head") -> None:
    from alembic import command

    command.upgrade(alembic_config(database), revision)


def downgrade(database: Database, revision: str) -> None:
    from alembic import command

    command.downgrade(alembic_config(database), revision)
