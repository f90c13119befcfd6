"""Triggers under the clock's eye: whoever is due something is told, a batch of citizens at a time."""

from functools import partial

import structlog

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.messages.triggers.pulling import list_due_citizens, tell_citizens
from backend.messages.triggers.rules import TriggerRule

# Small batches: each transaction holds SQLite's only write lock.
CITIZENS_BATCH = 200

log = structlog.get_logger()


def pull_trigger(database: Database, rule: TriggerRule) -> bool:
    """All citizens once; what dies halfway begins anew, and tells nobody twice."""
    at, after, told = utc_now(), None, 0
    while True:
        find = partial(list_due_citizens, rule=rule, after=after, at=at, limit=CITIZENS_BATCH)
        citizen_ids = database.run(find, writes=False)
        if citizen_ids:
            told += database.run(partial(tell_citizens, rule=rule, citizen_ids=citizen_ids, at=at))
        if len(citizen_ids) < CITIZENS_BATCH:
            break
        after = citizen_ids[-1]
    if told:
        log.info("trigger_pulled", trigger=rule.name, notices=told)
    return False
