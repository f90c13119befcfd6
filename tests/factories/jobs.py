"""The jobs of a worker, as it would run them."""

import threading
from collections.abc import Callable
from typing import Any

from backend.base.database import Database
from backend.base.errors import DatabaseUnavailable
from backend.config import Settings
from backend.jobs.runner import make_jobs, make_mailroom
from backend.jobs.senders import make_senders
from backend.jobs.work import Job


def list_jobs(settings: Settings, database: Database) -> list[Job]:
    senders = make_senders(settings)
    return make_jobs(settings, make_mailroom(settings, database, senders, threading.Event()), senders)


def away_at_first(step: Callable[..., Any], *, times: int = 1) -> Callable[..., Any]:
    """The same, but so many times the database is away when it is asked."""
    left = iter(range(times))

    def ask(*given: Any, **named: Any) -> Any:
        if next(left, None) is not None:
            raise DatabaseUnavailable
        return step(*given, **named)

    return ask
