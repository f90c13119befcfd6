"""What most commands begin with, and how they say what is wrong: one sentence, no traceback, exit code 1."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click
from environs import EnvError
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.errors import DatabaseUnavailable
from backend.config import Settings, read_settings

Result = TypeVar("Result")


def own_settings() -> Settings:
    try:
        return read_settings()
    except (EnvError, ValueError) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """For the length of a `with`, so that nothing of it is left open for a forked process."""
    try:
        database = Database(settings.database_url, pool_size=1)
    except (ArgumentError, ImportError) as error:  # ImportError: the driver of a database that is not ours
        raise click.ClickException(f"DATABASE_URL: {error}") from error
    try:
        yield database
    except (DatabaseUnavailable, DBAPIError) as error:
        raise click.ClickException(f"{shown_url(database)}: {reason_of(error)}") from error
    finally:
        database.engine.dispose()


def in_database(work: Callable[[Session], Result], *, writes: bool = True) -> Result:
    """Do it in one transaction of the configured database."""
    with open_database(own_settings()) as database:
        return database.run(work, writes=writes)


def local_url(settings: Settings) -> str:
    """Where this machine reaches the server."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 (compared only)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def called_as() -> str:
    """How whoever called this command may call it again from where they are."""
    path = Path(sys.argv[0])
    if path.name != "meguri":
        return "python -m backend.cli"
    return "meguri" if shutil.which("meguri") == str(path) else str(path)


def shown_url(database: Database) -> str:
    return database.url.render_as_string(hide_password=True)


def reason_of(error: Exception) -> str:
    """The driver's first line; SQLAlchemy's own would repeat the statement and its parameters."""
    cause = error.__cause__ if isinstance(error, DatabaseUnavailable) and error.__cause__ else error
    lines = str(getattr(cause, "orig", None) or cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
