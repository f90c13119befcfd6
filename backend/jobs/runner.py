"""The worker: each job in a thread of its own, again and again, until it is told to stop.

A mail server that hangs then holds up no push. A job that fails is logged and tried again, ever more seldom;
the database being away is such a failure. Several workers may run: what they take, they take under a lease.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import structlog

from backend.base.database import Database
from backend.base.errors import DatabaseUnavailable
from backend.base.posting import Poster, UrlPolicy
from backend.base.secrets import Vault
from backend.claims.terms import load_terms
from backend.config import Settings
from backend.jobs.claims import move_claims, raise_flags
from backend.jobs.housekeeping import end_holds, forget_changes, lapse_points, purge
from backend.jobs.receipts import tidy_decided_receipts
from backend.jobs.sealing import seal_block
from backend.jobs.senders import Senders, make_senders
from backend.jobs.sending import close_leases, send_letters, send_pushes
from backend.jobs.watching import watch_budgets
from backend.jobs.webhooks import send_webhooks
from backend.web.logs import configure_logs

PAUSE_MAX_SECONDS = 60.0
# What is being sent may end; what lasts longer is left under its lease.
STOP_SECONDS = 30.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """`run` does one batch and tells whether more may wait; if not, it runs again after `every_seconds`."""

    name: str
    every_seconds: float
    run: Callable[[], bool]


class JobsFailed(Exception):
    """Names the jobs that `--once` could not finish."""


def run_worker(settings: Settings, *, once: bool = False, stop: threading.Event | None = None) -> None:
    """Run all jobs until SIGTERM, SIGINT or `stop`; with `once`, until nothing is due.

    Raises JobsFailed (only with `once`); OSError or ValueError for an unusable file of the settings.
    """
    configure_logs(settings.log_level)
    database = Database(settings.database_url)
    senders = make_senders(settings)
    jobs = make_jobs(settings, database, senders)
    try:
        if once:
            run_once(jobs)
        else:
            run_until(jobs, stop or threading.Event())
    finally:
        senders.push.close()
        database.engine.dispose()


def make_jobs(settings: Settings, database: Database, senders: Senders) -> list[Job]:
    terms = load_terms(settings.claim_terms_file)
    poster, vault = Poster(UrlPolicy.of(settings)), Vault(settings.secret_key)
    return [
        Job("send_pushes", 1, lambda: send_pushes(database, senders.push)),
        Job("send_letters", 1, lambda: send_letters(database, senders)),
        Job("send_webhooks", 1, lambda: send_webhooks(database, poster, vault)),
        Job("close_leases", 15, lambda: close_leases(database)),
        Job("watch_budgets", 60, lambda: watch_budgets(database)),
        Job("expire_holds", 15, lambda: end_holds(database)),
        Job("lapse_points", 300, lambda: lapse_points(database)),
        Job("seal_ledger", 60, lambda: seal_block(database)),
        Job("move_claims", 60, lambda: move_claims(database)),
        Job("raise_flags", 60, lambda: raise_flags(database, terms)),
        Job("tidy_receipts", 300, lambda: tidy_decided_receipts(database, terms)),
        Job("purge", 21_600, lambda: purge(database)),
        Job("forget_changes", 21_600, lambda: forget_changes(database, settings.changes_kept_days)),
    ]


def run_once(jobs: Sequence[Job]) -> None:
    """Each job until nothing is due. Raises JobsFailed after the last one."""
    failed: list[str] = []
    for job in jobs:
        more: bool | None = True
        while more:
            more = _run_batch(job)
        if more is None:
            failed.append(job.name)
    if failed:
        raise JobsFailed(", ".join(failed))


def run_until(jobs: Sequence[Job], stop: threading.Event) -> None:
    threads = [threading.Thread(target=_repeat, args=(job, stop), name=job.name, daemon=True) for job in jobs]
    with _stopped_by_signals(stop):
        for thread in threads:
            thread.start()
        log.info("worker_started", jobs=[job.name for job in jobs])
        stop.wait()
        give_up_at = time.monotonic() + STOP_SECONDS
        for thread in threads:
            thread.join(max(0.0, give_up_at - time.monotonic()))
        log.info("worker_stopped", unfinished=[thread.name for thread in threads if thread.is_alive()])


def _repeat(job: Job, stop: threading.Event) -> None:
    failures = 0
    while not stop.is_set():
        more = _run_batch(job)
        failures = failures + 1 if more is None else 0
        if not more:
            stop.wait(pause_seconds(job, failures))


def pause_seconds(job: Job, failures: int) -> float:
    """After a failure soon, then ever later; never later than the job would come anyway, or a minute."""
    if failures == 0:
        return job.every_seconds
    return min(2.0 ** (failures - 1), max(job.every_seconds, PAUSE_MAX_SECONDS))


def _run_batch(job: Job) -> bool | None:
    """None when it failed; the log has the reason."""
    started = time.monotonic()
    try:
        more = job.run()
    except DatabaseUnavailable as error:
        log.warning("job_waits_for_database", job=job.name, error=type(error.__cause__).__name__)
        return None
    except Exception as error:  # whatever it is, the other batches and jobs go on
        log.error("job_failed", job=job.name, error=type(error).__name__, exc_info=error)
        return None
    log.debug("job_done", job=job.name, milliseconds=round((time.monotonic() - started) * 1000, 1))
    return more


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """In the main thread SIGTERM and Ctrl-C set `stop`; a second one ends the process at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
