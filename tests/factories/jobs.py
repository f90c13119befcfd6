"""The jobs of a worker, as it would run them."""

import threading

from backend.base.database import Database
from backend.config import Settings
from backend.jobs.runner import make_jobs, make_mailroom
from backend.jobs.senders import make_senders
from backend.jobs.work import Job


def list_jobs(settings: Settings, database: Database) -> list[Job]:
    senders = make_senders(settings)
    return make_jobs(settings, make_mailroom(settings, database, senders, threading.Event()), senders)
