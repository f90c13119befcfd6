"""What is due by itself, told to many at once: each notice has a key, and is told once however often it is found."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, literal, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.base.statements import among
from backend.notices.circulars import deliveries_of, id_prefix, new_ids
from backend.notices.models import Notice

# Columns of what is due, in this order.
DUE_COLUMNS = ("citizen_id", "dedupe_key", "params", "expires_at")


def announce_due(session: Session, *, due: Select[Any], kind: str, at: datetime) -> int:
    """A notice for each row of `due`, a select of DUE_COLUMNS, and its deliveries. Returns how many were told.

    Two statements. Whoever finds the same at the same moment waits, and then tells nothing.
    """
    session.flush()
    dialect = session.get_bind().dialect.name
    found = due.subquery("due")
    columns: dict[str, Any] = {
        "id": new_ids(literal(id_prefix(at, dialect), String()), dialect),
        "kind": literal(str(kind), String()),
        "created_at": literal(at, UtcDateTime()),
        **{name: found.c[name] for name in DUE_COLUMNS},
    }
    rows = select(*columns.values()).where(
        literal_column("1 = 1")
    )  # or SQLite takes ON CONFLICT for a join's ON
    notices = Notice.metadata.tables["notices"]
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(notices)
    told = session.scalars(
        insert.from_select(list(columns), rows, include_defaults=False)
        .on_conflict_do_nothing()
        .returning(notices.c.id)
    ).all()
    if told:
        session.execute(deliveries_of(among(notices.c.id, "ids", dialect), kind, at), {"ids": list(told)})
    return len(told)
