"""Everything one purchase writes, as one list: see `base.writes`."""

from typing import Any

from sqlalchemy import Uuid, update

from backend.base.database import UtcDateTime
from backend.base.writes import RowColumns, Write, WriteList, insert_into
from backend.campaigns.writes import COUNTERS
from backend.notices.writes import ANNOUNCE_WRITES
from backend.points.writes import GRANT_WRITES
from backend.purchases.models import Purchase, TillCode


def _use_code(row: RowColumns, _dialect: str) -> Any:
    """The guard that makes a code single-use, whoever scans it in the same millisecond."""
    codes = TillCode.__table__.c
    return (
        update(TillCode)
        .where(
            codes.id == row["code_id"],
            codes.used_at.is_(None),
            codes.cancelled_at.is_(None),
            codes.expires_at > row["used_at"],
        )
        .values(used_at=row["used_at"])
    )


CODE_USE = Write("till_code_use", {"code_id": Uuid(), "used_at": UtcDateTime()}, _use_code)

PURCHASES = insert_into(
    Purchase.__table__,
    "id",
    "account_id",
    "shop_id",
    "till_code_id",
    "amount_yen",
    "done_at",
    "recorded_at",
    "request_key",
    "request_hash",
    "earned_points",
    "balance_points",
    "verdicts",
)
RECORD = WriteList([CODE_USE, PURCHASES, *GRANT_WRITES, COUNTERS, *ANNOUNCE_WRITES])
