"""How coupons are used, given back and granted: parts of the one list of writes of a purchase or a refund."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Uuid, case, func, insert, literal_column, null, or_, select, update

from backend.base.database import UtcDateTime, new_id
from backend.base.writes import RowColumns, Write
from backend.offers.models import Coupon, Offer, OfferStatus
from backend.offers.redeeming import Grantable
from backend.offers.rules import RETURNED_LIFETIME, Redeemable

Rows = dict[str, list[Any]]


def _use(row: RowColumns, _dialect: str) -> Any:
    """The guard that makes a coupon single-use; of a token, that it is the one that was shown and still good.

    Each token has its own end, so that of a coupon's tokens the end tells which one is meant.
    """
    coupons = Coupon.__table__.c
    shown = row["token_expires_at"]
    return (
        update(Coupon)
        .where(
            coupons.id == row["coupon_id"],
            coupons.account_id == row["account_id"],
            coupons.redeemed_at.is_(None),
            or_(
                shown.is_(None),
                (coupons.token_expires_at == shown) & (coupons.token_expires_at > row["redeemed_at"]),
            ),
        )
        .values(redeemed_at=row["redeemed_at"], purchase_id=row["purchase_id"])
    )


COUPON_USES = Write(
    "coupon_uses",
    {
        "coupon_id": Uuid(),
        "account_id": Uuid(),
        "purchase_id": Uuid(),
        "redeemed_at": UtcDateTime(),
        "token_expires_at": UtcDateTime(),
    },
    _use,
)


def use_rows(coupons: Sequence[Redeemable], *, purchase_id: uuid.UUID, at: datetime) -> Rows:
    """Coupons that `rules.check_redeemable` let pass."""
    return {
        COUPON_USES.name: [
            {
                "coupon_id": coupon.coupon_id,
                "account_id": coupon.account_id,
                "purchase_id": purchase_id,
                "redeemed_at": at,
                "token_expires_at": coupon.token_expires_at,
            }
            for coupon in coupons
        ]
    }


def _give_back(row: RowColumns, _dialect: str) -> Any:
    """Once: another purchase may have used it by the next time. No token from before is good for it."""
    coupons = Coupon.__table__.c
    return (
        update(Coupon)
        .where(coupons.id == row["coupon_id"], coupons.purchase_id == row["purchase_id"])
        .values(
            redeemed_at=null(),
            purchase_id=null(),
            token_hash=null(),
            token_expires_at=null(),
            usable_until=case(
                (coupons.usable_until < row["usable_until"], row["usable_until"]), else_=coupons.usable_until
            ),
        )
    )


COUPON_RETURNS = Write(
    "coupon_returns",
    {"coupon_id": Uuid(), "purchase_id": Uuid(), "usable_until": UtcDateTime()},
    _give_back,
)


def return_rows(coupon_ids: Sequence[uuid.UUID], *, purchase_id: uuid.UUID, at: datetime) -> Rows:
    """Coupons redeemed with a purchase that is refunded: good as long as before, and for two weeks at least."""
    return {
        COUPON_RETURNS.name: [
            {"coupon_id": coupon_id, "purchase_id": purchase_id, "usable_until": at + RETURNED_LIFETIME}
            for coupon_id in coupon_ids
        ]
    }


def _take_from_stock(row: RowColumns, _dialect: str) -> Any:
    offers = Offer.__table__.c
    return (
        update(Offer)
        .where(
            offers.id == row["offer_id"],
            offers.status == OfferStatus.PUBLISHED.value,
            offers.stock_left >= row["coupon_count"],
        )
        .values(stock_left=offers.stock_left - row["coupon_count"])
    )


COUPON_STOCK = Write("coupon_stock", {"offer_id": Uuid(), "coupon_count": Integer()}, _take_from_stock)

_GRANTED = (
    "id",
    "offer_id",
    "account_id",
    "number",
    "granted_by_campaign_id",
    "taken_at",
    "usable_until",
)


def _grant(row: RowColumns, dialect: str) -> Any:
    """The account's next number of the offer: of two that are given at once, the second fails and is tried again.

    PostgreSQL's one statement does not see the rows it writes itself; SQLite writes, and sees, one after the other.
    """
    step = row["nth"] if dialect == "postgresql" else literal_column("1")
    coupons = Coupon.__table__.c
    last = (
        select(func.coalesce(func.max(coupons.number), 0))
        .where(coupons.offer_id == row["offer_id"], coupons.account_id == row["account_id"])
        .scalar_subquery()
    )
    values = {name: row[name] for name in _GRANTED if name != "number"} | {"number": last + step}
    source = select(*[values[name] for name in _GRANTED])
    return insert(Coupon).from_select(list(_GRANTED), source, include_defaults=False)


COUPON_GRANTS = Write(
    "coupon_grants",
    {
        "id": Uuid(),
        "offer_id": Uuid(),
        "account_id": Uuid(),
        # Of several to the same account at once.
        "nth": Integer(),
        "granted_by_campaign_id": Uuid(),
        "taken_at": UtcDateTime(),
        "usable_until": UtcDateTime(),
    },
    _grant,
    guarded=False,
)

# In this order: what is used and given back, then what is new.
COUPON_WRITES = (COUPON_USES, COUPON_RETURNS, COUPON_STOCK, COUPON_GRANTS)


@dataclass(frozen=True, slots=True)
class CouponGrant:
    """One coupon that a campaign gives."""

    offer_id: uuid.UUID
    account_id: uuid.UUID
    campaign_id: uuid.UUID


def grant_rows(grants: Sequence[CouponGrant], *, offers: Mapping[uuid.UUID, Grantable], at: datetime) -> Rows:
    """Coupons of offers that `redeeming.list_grantable` found. One too many for the stock makes a StaleRead."""
    nth: Counter[tuple[uuid.UUID, uuid.UUID]] = Counter()
    rows = []
    for grant in grants:
        nth[grant.offer_id, grant.account_id] += 1
        rows.append(
            {
                "id": new_id(),
                "offer_id": grant.offer_id,
                "account_id": grant.account_id,
                "nth": nth[grant.offer_id, grant.account_id],
                "granted_by_campaign_id": grant.campaign_id,
                "taken_at": at,
                "usable_until": offers[grant.offer_id].usable_until,
            }
        )
    counts = Counter(grant.offer_id for grant in grants if offers[grant.offer_id].stock_left is not None)
    stock = [{"offer_id": offer_id, "coupon_count": count} for offer_id, count in sorted(counts.items())]
    return {COUPON_STOCK.name: stock, COUPON_GRANTS.name: rows}
