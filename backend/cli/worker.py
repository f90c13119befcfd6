"""`meguri worker`."""

import threading

import click

from backend.base import migrations
from backend.base.errors import DatabaseUnavailable
from backend.cli.opening import called_as, open_database, own_settings, reason_of, shown_url
from backend.cli.orphans import stop_with_parent
from backend.cli.priority import make_way
from backend.config import Settings
from backend.jobs.runner import JobsFailed, run_worker


@click.command()
@click.option("--once", is_flag=True, help="Until nothing is due, then end: for cron, or to catch up.")
@click.option("--stop-with", "parent", type=int, hidden=True, help="The process id of `meguri run`.")
def worker(once: bool, parent: int | None) -> None:
    """Send what waits, let points lapse, tidy up; until SIGTERM or Ctrl-C."""
    settings = own_settings()
    _refuse_database(settings, waits=not once)
    stop = threading.Event()
    if not once:
        make_way()
    if parent is not None:
        stop_with_parent(parent, stop.set)
    try:
        run_worker(settings, once=once, stop=stop)
    except JobsFailed as error:
        raise click.ClickException(f"not done: {error}; the log says why") from error
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error


def _refuse_database(settings: Settings, *, waits: bool) -> None:
    """One that is older than we are, or none at all; `waits`: for one that is only away."""
    with open_database(settings) as database:
        try:
            revision = migrations.current_revision(database)
        except DatabaseUnavailable as error:
            if not waits:
                raise
            click.echo(f"{shown_url(database)}: {reason_of(error)}. The worker waits for it.", err=True)
            return
        # A newer one will do: migrations never break the running version.
        if (revision or "") < migrations.head_revision():
            raise click.ClickException(f"{shown_url(database)} wants `{called_as()} db upgrade`")
