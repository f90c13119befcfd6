"""Everything one purchase may write, as one list: see `base.writes`."""

from typing import Any

from sqlalchemy import BigInteger, Uuid, update

from backend.base.database import UtcDateTime
from backend.base.writes import RowColumns, Write, WriteList, insert_into
from backend.campaigns.writes import CARDS, COUNTERS, STAMPS, STAMPS_KEPT
from backend.notices.webhooks.writes import WEBHOOK_DELIVERIES
from backend.notices.writes import ANNOUNCE_WRITES
from backend.offers.writes import COUPON_WRITES
from backend.people.writes import CODE_USES
from backend.points.writes import LEDGER_WRITES
from backend.purchases.models import OfflineAllowance, OfflineCode, Purchase, PurchaseLine, TillCode


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


def _use_allowance(row: RowColumns, _dialect: str) -> Any:
    """The guard that keeps a register within its money, however many of its codes arrive at once."""
    allowances = OfflineAllowance.__table__.c
    used_yen = allowances.used_yen + row["amount_yen"]
    return (
        update(OfflineAllowance)
        .where(
            allowances.id == row["allowance_id"],
            allowances.revoked_at.is_(None),
            used_yen <= allowances.total_max_yen,
        )
        .values(used_count=allowances.used_count + 1, used_yen=used_yen)
    )


ALLOWANCE_USE = Write("allowance_use", {"allowance_id": Uuid(), "amount_yen": BigInteger()}, _use_allowance)

PURCHASES = insert_into(
    Purchase.__table__,
    "id",
    "account_id",
    "shop_id",
    "till_code_id",
    "citizen_code_id",
    "checkout_id",
    "issuer_id",
    "claim_id",
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
    "discount_yen",
    "product_id",
    "category",
    "certifications",
    "origin_ring",
)
# Its primary key makes each number of an allowance single-use.
OFFLINE_CODES = insert_into(
    OfflineCode.__table__,
    "allowance_id",
    "serial_number",
    "purchase_id",
    "amount_yen",
    "made_at",
    "used_at",
)
RECORD = WriteList(
    [
        CODE_USE,
        *CODE_USES,
        ALLOWANCE_USE,
        PURCHASES,
        OFFLINE_CODES,
        LINES,
        *COUPON_WRITES,
        *LEDGER_WRITES,
        COUNTERS,
        STAMPS_KEPT,
        STAMPS,
        CARDS,
        *ANNOUNCE_WRITES,
        WEBHOOK_DELIVERIES,
    ]
)
