"""`meguri check`: what must be mended before real citizens come."""

from collections.abc import Iterator

import click

from backend.base import migrations
from backend.base.database import Database
from backend.cli.opening import open_database, own_settings
from backend.config import Settings
from backend.demo.holding import Holding, what_is_held
from backend.notices.models import TargetKind
from backend.notices.queries import list_target_kinds
from backend.web.fitness import find_faults


@click.command()
def check() -> None:
    """Is this configuration, with its database, fit for production? Fails with a sentence for each fault."""
    settings = own_settings()
    faults = [*_find_mode_faults(settings), *find_faults(settings)]
    with open_database(settings) as database:
        faults += [*find_database_faults(database), *_find_push_faults(settings, database)]
    for fault in faults:
        click.echo(f"- {fault}")
    if faults:
        raise click.ClickException(f"not fit for production: {len(faults)} to mend")
    click.echo("Fit for production.")


def _find_mode_faults(settings: Settings) -> Iterator[str]:
    if not settings.is_production:
        yield "MEGURI_MODE must be production: only then are unsafe settings refused at start."


def _find_push_faults(settings: Settings, database: Database) -> Iterator[str]:
    if settings.vapid_private_key_file is not None or not migrations.is_current(database):
        return
    if TargetKind.WEB_PUSH in database.run(list_target_kinds, writes=False):
        yield "VAPID_PRIVATE_KEY_FILE must be set: browsers have registered, and every push to them fails."


def find_database_faults(database: Database) -> Iterator[str]:
    if not migrations.is_current(database):
        yield "The database wants `meguri db upgrade`."
    elif database.run(what_is_held, writes=False) is Holding.DEMO:
        yield "The database holds the demo, whose passwords everybody knows: begin with an empty one."
