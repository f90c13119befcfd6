"""Everything one purchase may write, as one list: see `base.writes`."""

from typing import Any

from sqlalchemy import Uuid, update

from backend.base.database import UtcDateTime
from backend.base.writes import RowColumns, Write, WriteList, insert_into
from backend.campaigns.writes import CARDS, COUNTERS, STAMPS, STAMPS_KEPT
from backend.notices.writes import ANNOUNCE_WRITES
from backend.offers.writes import COUPON_WRITES
from backend.people.writes import CITIZEN_CODE_USE
from backend.points.writes import LEDGER_WRITES
from backend.purchases.models import Purchase, PurchaseLine, TillCode


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
    "citizen_code_id",
    "checkout_id",
    "amount_yen",
    "discount_yen",
    "spent_points",
    "done_at",
    "recorded_at",
    "request_key",
    "request_hash",
    "sale_key",
    "sale_hash",
    "earned_points",
    "balance_points",
    "verdicts",
)
LINES = insert_into(
    PurchaseLine.__table__,
    "purchase_id",
    "position",
    "name",
    "quantity",
    "amount_yen",
    "gtin",
    "in_store_code",
    "tax_permille",
    "product_id",
    "category",
    "certifications",
    "origin_ring",
)
RECORD = WriteList(
    [
        CODE_USE,
        CITIZEN_CODE_USE,
        PURCHASES,
        LINES,
        *COUPON_WRITES,
        *LEDGER_WRITES,
        COUNTERS,
        STAMPS_KEPT,
        STAMPS,
        CARDS,
        *ANNOUNCE_WRITES,
    ]
)
