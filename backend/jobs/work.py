"""A job: what is done again and again, in batches, and how long to wait after one that failed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from backend.base.errors import DatabaseUnavailable

Result = TypeVar("Result")

PAUSE_MAX_SECONDS = 60.0
WRITE_PAUSES_SECONDS = (0.5, 1, 2, 4, 8)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """`run` does one batch and tells whether more may wait; if not, it runs again after `every_seconds`.

    `cron`: at these times of the clock (the sixth field: seconds), by one worker of all where a queue knows them all.
    Without it every worker looks by itself: several of them then share what is due.
    """

    name: str
    every_seconds: float
    run: Callable[[], bool]
    cron: str | None = None


def run_batch(job: Job) -> bool | None:
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


def pause_seconds(job: Job, failures: int) -> float:
    """After a failure soon, then ever later; never later than the job would come anyway, or a minute."""
    if failures == 0:
        return job.every_seconds
    return min(2.0 ** (failures - 1), max(job.every_seconds, PAUSE_MAX_SECONDS))


def write_down(write: Callable[[], Result], **about: Any) -> Result:
    """What became of what was sent is known to nobody else: it is tried for so long while the database is away.

    Raises DatabaseUnavailable when it stays away.
    """
    for pause in WRITE_PAUSES_SECONDS:
        try:
            return write()
        except DatabaseUnavailable:
            log.warning("outcome_waits_for_database", **about)
            time.sleep(pause)
    return write()
