"""`meguri worker`."""

import threading

import click

from backend.cli.opening import own_settings
from backend.cli.orphans import stop_with_parent
from backend.cli.priority import make_way
from backend.jobs.runner import JobsFailed, run_worker


@click.command()
@click.option("--once", is_flag=True, help="Until nothing is due, then end: for cron, or to catch up.")
@click.option("--stop-with", "parent", type=int, hidden=True, help="The process id of `meguri run`.")
def worker(once: bool, parent: int | None) -> None:
    """Send what waits, let points lapse, tidy up; until SIGTERM or Ctrl-C."""
    settings = own_settings()
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
