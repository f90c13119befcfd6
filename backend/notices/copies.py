"""What a circular leaves in the inboxes: a copy that names it, in one statement for any number of people."""

import uuid
from typing import Any

from sqlalchemy import Select, String, Uuid, bindparam, insert, literal_column, select

from backend.base.database import JsonDocument, UtcDateTime
from backend.notices.circulars import new_ids
from backend.notices.models import Notice

# Reads its texts off the circular that the notice names.
CIRCULAR_KIND = "circular"


def copies_for(citizens: Select[uuid.UUID], dialect: str) -> Any:
    """A notice for each of them, a statement to be prepared. `citizens` selects ids of people who are there, each once.

    Besides the parameters of `citizens`: `circular_id`, `expires_at`, `at`, and `id_prefix` (of `circulars.id_prefix`).
    """
    readers = citizens.subquery("readers")
    columns = {
        "id": new_ids(bindparam("id_prefix", type_=String()), dialect),
        "citizen_id": readers.c[0],
        "kind": literal_column(f"'{CIRCULAR_KIND}'", String()),
        "params": literal_column("'{}'", JsonDocument),
        "created_at": bindparam("at", type_=UtcDateTime()),
        "circular_id": bindparam("circular_id", type_=Uuid()),
        "expires_at": bindparam("expires_at", type_=UtcDateTime()),
    }
    return insert(Notice).from_select(list(columns), select(*columns.values()), include_defaults=False)
