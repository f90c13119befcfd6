"""`meguri run`: the server, and on SQLite the worker beside it."""

from collections.abc import Iterator

import click

from backend.base import migrations
from backend.base.database import Database
from backend.cli.check import find_database_faults
from backend.cli.opening import called_as, local_url, open_database, own_settings, shown_url
from backend.cli.serving import has_embedded_worker, refuse_taken_port, serve
from backend.config import Settings
from backend.demo.guide import describe_accounts
from backend.demo.holding import Holding, what_is_held
from backend.web.fitness import ConfigurationUnfit, find_file_faults, refuse_unfit


@click.command()
@click.option("--migrate", is_flag=True, help="Bring the database up to date first.")
def run(migrate: bool) -> None:
    """Serve the API until SIGTERM or Ctrl-C."""
    settings = own_settings()
    try:
        refuse_unfit(settings)
    except ConfigurationUnfit as error:
        raise click.ClickException(f"not fit for production:\n{error}") from error
    if faults := list(find_file_faults(settings)):
        raise click.ClickException("\n".join(faults))
    refuse_taken_port(settings)
    with open_database(settings) as database:
        if migrate:
            migrations.upgrade(database)
        _refuse_database(settings, database)
        lines = list(_describe(settings, database))
    serve(settings, announce=lambda: click.echo("\n".join(lines)))


def _refuse_database(settings: Settings, database: Database) -> None:
    if not migrations.is_current(database):
        raise click.ClickException(
            f"{shown_url(database)} wants `{called_as()} db upgrade` (or run with --migrate)"
        )
    if settings.is_production and (faults := list(find_database_faults(database))):
        raise click.ClickException("not fit for production:\n" + "\n".join(faults))


def _describe(settings: Settings, database: Database) -> Iterator[str]:
    """Where things are."""
    url = local_url(settings)
    yield ""
    yield f"Meguri is at {url}, its API is described at {url}/docs"
    yield f"  database  {shown_url(database)}"
    yield f"  worker    {'beside the server' if has_embedded_worker(settings) else 'apart: `meguri worker`'}"
    if settings.firebase_credentials_file:
        yield f"  pushes    by Firebase, project {settings.firebase_project_id}"
    else:
        also = f" and in {settings.push_log_file}" if settings.push_log_file else ""
        yield f"  pushes    no Firebase here: each is a line in the worker's log{also}"
    yield "  stop      Ctrl-C"
    yield ""
    if database.run(what_is_held, writes=False) is Holding.DEMO:
        yield from describe_accounts(called_as())
        yield f"  The main job from end to end, against this server: {called_as()} demo play"
        yield ""
