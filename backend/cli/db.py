"""`meguri db`: migrations, wherever the project is installed."""

from collections.abc import Callable

import click
from alembic import command
from alembic.util.exc import CommandError

from backend.base import migrations
from backend.base.database import Database
from backend.changes.service import begin_epoch
from backend.cli.opening import open_database, own_settings, shown_url


@click.group()
def db() -> None:
    """The database's version."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the tables up to REVISION, the newest by default. Doing it again changes nothing."""
    with open_database(own_settings()) as database:
        _move(lambda: migrations.upgrade(database, revision))
        _tell(database)


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the tables back to REVISION (`base`: none), with all that later ones hold."""
    with open_database(own_settings()) as database:
        _move(lambda: migrations.downgrade(database, revision))
        _tell(database)


@db.command()
def current() -> None:
    """Say at which revision the tables are."""
    with open_database(own_settings()) as database:
        _tell(database)


@db.command()
def check() -> None:
    """Fail unless the tables are at the newest revision and as the program expects them."""
    with open_database(own_settings()) as database:
        _tell(database)
        if not migrations.is_current(database):
            raise click.ClickException("the database wants `meguri db upgrade`")
        _move(lambda: command.check(migrations.alembic_config(database)))


@db.command()
def new_epoch() -> None:
    """Let every app fetch anew what it keeps: needed when the database was put back from a copy."""
    with open_database(own_settings()) as database:
        database.run(begin_epoch)
        click.echo("Apps will start over at their next sync.")


def _move(work: Callable[[], None]) -> None:
    try:
        work()
    except CommandError as error:
        raise click.ClickException(str(error)) from error


def _tell(database: Database) -> None:
    revision = migrations.current_revision(database) or "nothing yet"
    click.echo(f"{shown_url(database)}: {revision} (newest: {migrations.head_revision()})")
