"""The worker: each job in a thread of its own, again and again, until it is told to stop.

A mail server that hangs then holds up no push. A job that fails is logged and tried again, ever more seldom;
the database being away is such a failure. Several workers may run: what they take, they take under a lease.

On PostgreSQL the clock's work and the shards of messages come by a queue (see `queue`), so that of several workers
one does each; on SQLite, where one worker runs, threads do all of it.
"""

import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import FrameType

import structlog
from prometheus_client import start_http_server
from sqlalchemy.orm import Session

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.base.garbage import spare_what_is_loaded
from backend.base.posting import Poster, UrlPolicy
from backend.base.secrets import Vault
from backend.claims.terms import load_terms
from backend.config import Settings
from backend.jobs.claims import move_claims, raise_flags
from backend.jobs.housekeeping import (
    end_holds,
    forget_changes,
    forget_message_recipients,
    forget_notices,
    forget_push_counts,
    lapse_points,
    purge,
    retire_devices,
)
from backend.jobs.messages import Mailroom, run_shard, send_due_shard, start_messages, sweep_messages
from backend.jobs.receipts import tidy_decided_receipts
from backend.jobs.sealing import seal_block
from backend.jobs.senders import Senders, make_senders
from backend.jobs.sending import close_leases, send_letters, send_pushes
from backend.jobs.triggers import pull_trigger
from backend.jobs.watching import watch_budgets
from backend.jobs.webhooks import send_webhooks
from backend.jobs.work import Job, pause_seconds, run_batch
from backend.messages.triggers.table import list_triggers
from backend.notices.terms import load_terms as load_notice_terms
from backend.organisations.regions import load_region
from backend.web.logs import configure_logs

# What is being sent may end; what lasts longer is left under its lease.
STOP_SECONDS = 30.0
# Connections of the worker's threads, without those that send shards.
POOL = 10
EVERY_5_SECONDS = "* * * * * */5"
EVERY_15_SECONDS = "* * * * * */15"
EVERY_MINUTE = "* * * * *"
EVERY_5_MINUTES = "*/5 * * * *"
EVERY_6_HOURS = "0 */6 * * *"

log = structlog.get_logger()


class JobsFailed(Exception):
    """Names the jobs that `--once` could not finish."""


def run_worker(settings: Settings, *, once: bool = False, stop: threading.Event | None = None) -> None:
    """Run all jobs until SIGTERM, SIGINT or `stop`; with `once`, until nothing is due.

    Raises JobsFailed (only with `once`); OSError or ValueError for an unusable file of the settings.
    """
    configure_logs(settings.log_level)
    database = Database(settings.database_url, pool_size=POOL + settings.worker_senders)
    senders = make_senders(settings)
    try:
        room = make_mailroom(settings, database, senders, stop or threading.Event())
        if once:
            # The clock's work first: it makes some of what is sent.
            jobs = sorted(make_jobs(settings, room, senders), key=lambda job: job.cron is None)
            run_once([*jobs, *make_shard_jobs(room, 1)], room.stop)
            return
        if settings.worker_metrics_port:
            start_http_server(settings.worker_metrics_port, addr=settings.host)
        if database.is_sqlite:
            shard_jobs = make_shard_jobs(room, settings.worker_senders)
            run_until([*make_jobs(settings, room, senders), *shard_jobs], room.stop)
        else:
            _run_with_queue(settings, room, senders)
    finally:
        senders.push.close()
        database.engine.dispose()


def make_mailroom(
    settings: Settings, database: Database, senders: Senders, stop: threading.Event
) -> Mailroom:
    return Mailroom(
        database=database,
        sender=senders.push,
        region=load_region(settings.region_file),
        terms=load_notice_terms(settings.notice_terms_file),
        lease_seconds=settings.push_lease_seconds,
        stop=stop,
    )


def make_jobs(settings: Settings, room: Mailroom, senders: Senders) -> list[Job]:
    """All but those that send shards of messages."""
    database, claim_terms = room.database, load_terms(settings.claim_terms_file)
    poster, vault = Poster(UrlPolicy.of(settings)), Vault(settings.secret_key)
    kept_days = settings.changes_kept_days
    return [
        Job("send_pushes", 1, lambda: send_pushes(database, senders.push, room.terms)),
        Job("send_letters", 1, lambda: send_letters(database, senders)),
        Job("send_webhooks", 1, lambda: send_webhooks(database, poster, vault)),
        Job("start_messages", 1, lambda: start_messages(room)),
        # In a thread of its own everywhere: nothing else may hold up a disaster message.
        Job("send_urgent_shards", 1, lambda: send_due_shard(room, urgent=True)),
        Job("sweep_messages", 5, lambda: sweep_messages(room), EVERY_5_SECONDS),
        Job("close_leases", 15, lambda: close_leases(database), EVERY_15_SECONDS),
        Job("watch_budgets", 60, lambda: watch_budgets(database), EVERY_MINUTE),
        Job("expire_holds", 15, lambda: end_holds(database), EVERY_15_SECONDS),
        Job("lapse_points", 300, lambda: lapse_points(database), EVERY_5_MINUTES),
        Job("seal_ledger", 60, lambda: seal_block(database), EVERY_MINUTE),
        Job("move_claims", 60, lambda: move_claims(database), EVERY_MINUTE),
        Job("raise_flags", 60, lambda: raise_flags(database, claim_terms), EVERY_MINUTE),
        Job("tidy_receipts", 300, lambda: tidy_decided_receipts(database, claim_terms), EVERY_5_MINUTES),
        Job("purge", 21_600, lambda: purge(database), EVERY_6_HOURS),
        *(
            Job(
                f"pull_{rule.name}",
                rule.every_seconds,
                partial(pull_trigger, database, rule),
                _cron(rule.every_seconds),
            )
            for rule in list_triggers(room.terms)
        ),
        Job("retire_devices", 21_600, lambda: retire_devices(database, room.terms), EVERY_6_HOURS),
        Job("forget_push_counts", 21_600, lambda: forget_push_counts(database), EVERY_6_HOURS),
        Job("forget_recipients", 21_600, lambda: forget_message_recipients(database), EVERY_6_HOURS),
        Job("forget_notices", 21_600, lambda: forget_notices(database), EVERY_6_HOURS),
        Job("forget_changes", 21_600, lambda: forget_changes(database, kept_days), EVERY_6_HOURS),
    ]


def _cron(seconds: float) -> str:
    """Of whole minutes, in as many hours as there are."""
    minutes = round(seconds / 60)
    return f"*/{minutes} * * * *" if minutes < 60 else f"0 */{minutes // 60} * * *"


def make_shard_jobs(room: Mailroom, senders: int) -> list[Job]:
    """Of two or more, one asks the network while another has the database."""
    return [
        Job(f"send_shards_{number}", 1, lambda: send_due_shard(room, urgent=False))
        for number in range(1, senders + 1)
    ]


def _run_with_queue(settings: Settings, room: Mailroom, senders: Senders) -> None:
    # Here and not above: it costs 0.4 s, which an installation with SQLite keeps.
    from backend.jobs.queue import JobQueue, enqueue_shards

    def enqueue(session: Session, message_id: uuid.UUID | None) -> None:
        enqueue_shards(session, message_id=message_id, at=utc_now())

    room = replace(room, enqueue=enqueue)
    jobs = make_jobs(settings, room, senders)
    queue = JobQueue(
        room.database.url,
        jobs=[job for job in jobs if job.cron],
        run_shard=lambda message_id, number: run_shard(room, message_id=message_id, number=number),
        senders=settings.worker_senders,
        listens=settings.worker_listens,
        stop=room.stop,
    )
    run_until([job for job in jobs if job.cron is None], room.stop, beside=queue.run)


def run_once(jobs: Sequence[Job], stop: threading.Event) -> None:
    """Each job until nothing is due, in their order; or until `stop`. Raises JobsFailed after the last one."""
    failed: list[str] = []
    with _stopped_by_signals(stop):
        for job in jobs:
            more: bool | None = True
            while more and not stop.is_set():
                more = run_batch(job)
            if more is None:
                failed.append(job.name)
    if failed:
        raise JobsFailed(", ".join(failed))


def run_until(
    jobs: Sequence[Job], stop: threading.Event, *, beside: Callable[[], None] | None = None
) -> None:
    """`beside`: what else has a thread of its own, and ends by itself when `stop` is set."""
    threads = [threading.Thread(target=_repeat, args=(job, stop), name=job.name, daemon=True) for job in jobs]
    if beside is not None:
        threads.append(threading.Thread(target=beside, name="queue", daemon=True))
    spare_what_is_loaded()
    with _stopped_by_signals(stop):
        log.info("worker_started", jobs=[job.name for job in jobs])
        for thread in threads:
            thread.start()
        stop.wait()
        give_up_at = time.monotonic() + STOP_SECONDS
        for thread in threads:
            thread.join(max(0.0, give_up_at - time.monotonic()))
        log.info("worker_stopped", unfinished=[thread.name for thread in threads if thread.is_alive()])


def _repeat(job: Job, stop: threading.Event) -> None:
    failures = 0
    while not stop.is_set():
        more = run_batch(job)
        failures = failures + 1 if more is None else 0
        if not more:
            stop.wait(pause_seconds(job, failures))


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
