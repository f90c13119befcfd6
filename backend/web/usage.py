"""That a session or an API key is in use is noted every few minutes, after the request, in a transaction of its own.

So reading stays reading, and an idle session can be told from one that only reads.
"""

from datetime import datetime, timedelta

import structlog

from backend.base.database import Database
from backend.base.errors import DatabaseUnavailable
from backend.organisations.service.registers import note_key_used
from backend.people.principals import Principal, RegisterPrincipal, StaffPrincipal
from backend.people.service.staff_sessions import note_seen

log = structlog.get_logger()

NOTED_EVERY = timedelta(minutes=5)


def note_use(principal: Principal, at: datetime, database: Database) -> None:
    """Never fails the request it follows: that one is done."""
    try:
        _note(principal, at, database)
    except DatabaseUnavailable:
        log.warning("use_not_noted")


def _note(principal: Principal, at: datetime, database: Database) -> None:
    match principal:
        case StaffPrincipal(session_id=session_id, last_seen_at=last):
            if last is None or last <= at - NOTED_EVERY:
                database.run(lambda session: note_seen(session, session_id=session_id, at=at))
        case RegisterPrincipal(api_key_id=api_key_id, last_used_at=last):
            if last is None or last <= at - NOTED_EVERY:
                database.run(lambda session: note_key_used(session, api_key_id=api_key_id, at=at))
