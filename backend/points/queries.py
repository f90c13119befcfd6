"""Reads of balances, lots and entries."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Uuid, bindparam, cast, func, select, tuple_
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.base.pages import Page, PageRequest, make_page, small_whole
from backend.base.statements import Prepared
from backend.points.models import PointsBalance, PointsEntry, PointsLot, PointsTransaction
from backend.points.rules import OpenLot

NEXT_EXPIRIES = 5


@dataclass(frozen=True, slots=True)
class Expiry:
    expires_at: datetime
    points: int


@dataclass(frozen=True, slots=True)
class PointsSummary:
    """`balance_points` can be spent now; `pending_points` later; dead lots count for neither."""

    balance_points: int
    pending_points: int
    next_expiries: Sequence[Expiry]


@dataclass(frozen=True, slots=True)
class EntryRow:
    transaction_id: uuid.UUID
    position: int
    kind: str
    source_id: uuid.UUID | None
    amount_points: int
    occurred_at: datetime


def unspendable_points(
    account_id: ColumnElement[uuid.UUID], at: ColumnElement[datetime]
) -> ColumnElement[int]:
    """Points in the balance that cannot be spent at a moment: expired and not yet lapsed, or still pending."""
    # PostgreSQL sums bigint as numeric; points are whole.
    total = cast(func.coalesce(func.sum(PointsLot.remaining_points), 0), BigInteger)
    expired = select(total).where(
        PointsLot.account_id == account_id, PointsLot.remaining_points > 0, PointsLot.expires_at <= at
    )
    pending = select(total).where(
        PointsLot.account_id == account_id,
        PointsLot.remaining_points > 0,
        PointsLot.spendable_at.is_not(None),
        PointsLot.spendable_at > at,
        PointsLot.expires_at > at,
    )
    return expired.scalar_subquery() + pending.scalar_subquery()


LIVE_LOTS = Prepared(
    lambda _dialect: (
        select(PointsLot.id, PointsLot.remaining_points, PointsLot.expires_at, PointsLot.spendable_at)
        .where(
            PointsLot.account_id == bindparam("account_id", type_=Uuid()),
            PointsLot.remaining_points > 0,
            PointsLot.expires_at > bindparam("at", type_=UtcDateTime()),
        )
        .order_by(PointsLot.expires_at, PointsLot.id)
    )
)


def get_points_summary(session: Session, *, account_id: uuid.UUID, at: datetime) -> PointsSummary:
    balance = pending = 0
    expiries: dict[datetime, int] = {}
    for lot in LIVE_LOTS.rows(session, account_id=account_id, at=at):
        if lot.spendable_at and lot.spendable_at > at:
            pending += lot.remaining_points
        else:
            balance += lot.remaining_points
        expiries[lot.expires_at] = expiries.get(lot.expires_at, 0) + lot.remaining_points
    soonest = [Expiry(expires_at, points) for expires_at, points in list(expiries.items())[:NEXT_EXPIRIES]]
    return PointsSummary(balance, pending, soonest)


def list_spendable_lots(session: Session, *, account_id: uuid.UUID, at: datetime) -> list[OpenLot]:
    return [
        OpenLot(lot.id, lot.remaining_points, lot.expires_at)
        for lot in LIVE_LOTS.rows(session, account_id=account_id, at=at)
        if lot.spendable_at is None or lot.spendable_at <= at
    ]


def list_entries(session: Session, *, account_id: uuid.UUID, page: PageRequest) -> Page[EntryRow]:
    """Newest first."""
    query = (
        select(
            PointsEntry.transaction_id,
            PointsEntry.position,
            PointsTransaction.kind,
            PointsTransaction.source_id,
            PointsEntry.amount_points,
            PointsTransaction.occurred_at,
        )
        .join(PointsTransaction, PointsTransaction.id == PointsEntry.transaction_id)
        .where(PointsEntry.account_id == account_id)
        .order_by(PointsEntry.transaction_id.desc(), PointsEntry.position.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(uuid.UUID, small_whole):
        query = query.where(tuple_(PointsEntry.transaction_id, PointsEntry.position) < after)
    rows = [EntryRow(*row) for row in session.execute(query)]
    return make_page(rows, page, lambda row: str(row.transaction_id), lambda row: row.position)


def get_balance(session: Session, *, account_id: uuid.UUID) -> int:
    """All slices together; 0 for an account nobody opened."""
    total = select(func.coalesce(func.sum(PointsBalance.balance_points), 0)).where(
        PointsBalance.account_id == account_id
    )
    return int(session.scalar(total) or 0)


def list_slices(
    session: Session, *, account_ids: Sequence[uuid.UUID], lock: bool = False
) -> Mapping[uuid.UUID, dict[int, int]]:
    """Account → slice → balance; `lock` holds the rows until the transaction ends (PostgreSQL)."""
    found: dict[uuid.UUID, dict[int, int]] = {account_id: {} for account_id in account_ids}
    if not found:
        return found
    query = (
        select(PointsBalance.account_id, PointsBalance.slice, PointsBalance.balance_points)
        .where(PointsBalance.account_id.in_(list(found)))
        .order_by(PointsBalance.account_id, PointsBalance.slice)
    )
    for account_id, number, balance in session.execute(query.with_for_update() if lock else query):
        found[account_id][number] = balance
    return found
