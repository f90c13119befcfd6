"""How a claim is counted: the totals decided upon, if nobody has counted since they were read."""

from typing import Any

from sqlalchemy import BigInteger, Date, Integer, String, Uuid, select, true
from sqlalchemy.dialects import postgresql, sqlite

from backend.base.writes import RowColumns, Write, WriteList
from backend.claims.models import ClaimCounter

KEY = ("account_id", "shop_id", "counted_on", "kind", "measure")
COUNTED = ("amount_yen", "claim_count", "change_count")
COLUMNS = (*KEY, *COUNTED)


def _count(row: RowColumns, dialect: str) -> Any:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(ClaimCounter)
    counters = ClaimCounter.__table__.c
    # "WHERE true": or SQLite reads ON CONFLICT as a join condition of the SELECT.
    insert = insert.from_select(list(COLUMNS), select(*[row[name] for name in COLUMNS]).where(true()))
    return insert.on_conflict_do_update(
        index_elements=[counters[name] for name in KEY],
        set_={name: insert.excluded[name] for name in COUNTED},
        where=counters.change_count == insert.excluded.change_count - 1,
    )


CLAIM_COUNTERS = Write(
    "claim_counters",
    {
        "account_id": Uuid(),
        "shop_id": Uuid(),
        "counted_on": Date(),
        "kind": String(12),
        "measure": String(8),
        "amount_yen": BigInteger(),
        "claim_count": Integer(),
        "change_count": Integer(),
    },
    _count,
)
COUNT_CLAIM = WriteList([CLAIM_COUNTERS])
