"""What a circular leaves in the inboxes: a copy that names it, in one statement for any number of people."""

import uuid
from datetime import datetime

from sqlalchemy import Select, String, Uuid, insert, literal, select
from sqlalchemy.orm import Session

from backend.base.database import JsonDocument, UtcDateTime
from backend.notices.circulars import new_ids
from backend.notices.models import Notice

# Reads its texts off the circular that the notice names.
CIRCULAR_KIND = "circular"


def copy_to_inboxes(
    session: Session,
    *,
    circular_id: uuid.UUID,
    citizens: Select[uuid.UUID],
    expires_at: datetime,
    at: datetime,
) -> None:
    """A notice for each of them. `citizens` selects ids of people who are there, each once."""
    readers = citizens.subquery("readers")
    columns = {
        "id": new_ids(at, session.get_bind().dialect.name),
        "citizen_id": readers.c[0],
        "kind": literal(CIRCULAR_KIND, String()),
        "params": literal({}, JsonDocument),
        "created_at": literal(at, UtcDateTime()),
        "circular_id": literal(circular_id, Uuid()),
        "expires_at": literal(expires_at, UtcDateTime()),
    }
    session.execute(
        insert(Notice).from_select(list(columns), select(*columns.values()), include_defaults=False)
    )
