"""The queue of many workers, by Procrastinate on PostgreSQL: a shard goes to whoever is free, the clock's work to one.

Nothing depends on it: a job of it that is lost comes again (by the clock, or by the sweep that looks for due shards
without a job), and one that comes twice finds a lease that somebody has. Importing this module costs 0.3 s.
"""

import asyncio
import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from psycopg import AsyncConnection
from sqlalchemy import URL, DateTime, Uuid, bindparam, text
from sqlalchemy.orm import Session

from backend.jobs.work import Job, run_batch

SCHEMA = "procrastinate"  # of migration 0030
SHARDS, CLOCK = "shards", "clock"
CLOCK_AT_ONCE = 3
STALLED_CRON = "* * * * * */20"
HEARTBEAT_SECONDS = 5
STALLED_SECONDS = 20
# Where notifications do not come through, or are not listened to.
POLL_SECONDS = 2
STOP_SECONDS = 25
RESTART_SECONDS = 2.0

log = structlog.get_logger()

# The function is Procrastinate's; a shard that has a job already gets no other.
_ENQUEUE = text(
    """
    SELECT cardinality(procrastinate_defer_jobs_v1(array_agg(
        ROW('shards', 'run_shard', 0, NULL, named.lock,
            jsonb_build_object('message_id', named.message_id, 'number', named.number),
            named.not_before)::procrastinate_job_to_defer_v1
    )))
    FROM (
        SELECT shards.message_id, shards.number, shards.not_before,
               'shard:' || shards.message_id || ':' || shards.number AS lock
        FROM message_shards AS shards JOIN messages ON messages.id = shards.message_id
        WHERE shards.status = 'waiting' AND messages.status = 'sending'
          AND messages.purpose <> 'push_disaster'
          AND (shards.message_id = :message_id OR shards.not_before <= :at OR messages.send_until <= :at)
    ) AS named
    WHERE NOT EXISTS (
        SELECT FROM procrastinate_jobs AS jobs WHERE jobs.queueing_lock = named.lock AND jobs.status = 'todo'
    )
    """
).bindparams(bindparam("message_id", type_=Uuid()), bindparam("at", type_=DateTime(timezone=True)))


def enqueue_shards(session: Session, *, message_id: uuid.UUID | None = None, at: datetime) -> int:
    """A job for each waiting shard that has none and is due, or is of that message; how many.

    In the transaction that makes the shards, so that either both are there or neither.
    """
    session.execute(
        text(f"SELECT set_config('search_path', '{SCHEMA},' || current_setting('search_path'), true)")
    )
    return session.scalar(_ENQUEUE, {"message_id": message_id, "at": at}) or 0


class JobQueue:
    """The worker's part of the queue: its own loop and connections, beside those of SQLAlchemy."""

    def __init__(
        self,
        url: URL,
        *,
        jobs: Sequence[Job],
        run_shard: Callable[[uuid.UUID, int], None],
        senders: int,
        listens: bool,
        stop: threading.Event,
    ) -> None:
        """`jobs`: those with a `cron`. `senders`: so many shards at once."""
        self._app = App(connector=_connector(url, connections=senders + CLOCK_AT_ONCE + 4))
        self._senders, self._listens, self._stop = senders, listens, stop
        self._add_shards(run_shard)
        for job in jobs:
            self._add_clock_job(job)
        self._add_stalled()
        logger = logging.getLogger("procrastinate")
        logger.addHandler(_ToOurLog(level=logging.WARNING))
        logger.propagate = False

    def run(self) -> None:
        """Until `stop` is set; after an error, such as a database that went away, it begins anew."""
        while not self._stop.is_set():
            try:
                asyncio.run(self._run())
            except Exception as error:
                log.warning("queue_interrupted", error=type(error).__name__)
                self._stop.wait(RESTART_SECONDS)

    async def _run(self) -> None:
        async with self._app.open_async():
            workers = [
                asyncio.create_task(self._work(SHARDS, self._senders)),
                asyncio.create_task(self._work(CLOCK, CLOCK_AT_ONCE)),
            ]
            await asyncio.wait(
                [*workers, asyncio.create_task(self._stopped())], return_when="FIRST_COMPLETED"
            )
            failed = [worker.exception() for worker in workers if worker.done() and not worker.cancelled()]
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        for error in failed:
            if error is not None:
                raise error

    async def _work(self, queue: str, at_once: int) -> None:
        await self._app.run_worker_async(
            queues=[queue],
            name=queue,
            concurrency=at_once,
            listen_notify=self._listens,
            fetch_job_polling_interval=POLL_SECONDS,
            delete_jobs="always",
            install_signal_handlers=False,
            shutdown_graceful_timeout=STOP_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
        )

    async def _stopped(self) -> None:
        while not self._stop.is_set():
            await asyncio.sleep(0.2)

    def _add_shards(self, run_shard: Callable[[uuid.UUID, int], None]) -> None:
        @self._app.task(name="run_shard", queue=SHARDS)
        def run(message_id: str, number: int) -> None:
            def once() -> bool:
                run_shard(uuid.UUID(message_id), number)
                return False

            run_batch(Job("run_shard", 0, once))

    def _add_clock_job(self, job: Job) -> None:
        @self._app.periodic(cron=job.cron or "")
        @self._app.task(name=job.name, queue=CLOCK, lock=job.name, queueing_lock=job.name)
        def run(timestamp: int) -> None:
            while not self._stop.is_set() and run_batch(job):
                pass

    def _add_stalled(self) -> None:
        manager = self._app.job_manager

        @self._app.periodic(cron=STALLED_CRON)
        @self._app.task(name="retry_stalled_jobs", queue=CLOCK, queueing_lock="retry_stalled_jobs")
        async def retry_stalled(timestamp: int) -> None:
            """What dead workers were doing, as Procrastinate's own documentation has it."""
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
                try:
                    await manager.retry_job(job)
                except (UniqueViolation, AlreadyEnqueued):  # the next one waits already
                    await manager.finish_job(job, status=Status.FAILED, delete_job=True)
                except ConnectorException as error:  # it has just ended, or another worker was quicker
                    log.info("stalled_job_left", job=job.task_name, error=str(error))


def _connector(url: URL, *, connections: int) -> PsycopgConnector:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return PsycopgConnector(
        conninfo=address,
        kwargs={"connect_timeout": 5},
        configure=_set_up_session,
        min_size=1,
        max_size=connections,
    )


async def _set_up_session(connection: AsyncConnection[Any]) -> None:
    """By a statement, as for all others: see `base.database`."""
    async with connection.transaction():
        await connection.execute(f"SET search_path TO {SCHEMA}; SET timezone TO 'UTC'")


class _ToOurLog(logging.Handler):
    """What Procrastinate complains of, as a line of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        log.warning("queue_complains", said=record.getMessage())
