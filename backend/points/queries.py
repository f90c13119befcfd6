"""Reads of balances, lots, holds, debts and entries."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Uuid, bindparam, case, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from backend.base.database import UtcDateTime
from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page, small_whole
from backend.base.statements import Prepared
from backend.points.models import (
    HoldStatus,
    PointsAccount,
    PointsBalance,
    PointsDebt,
    PointsEntry,
    PointsHold,
    PointsHoldLot,
    PointsLot,
    PointsLotUse,
    PointsTransaction,
    TransactionKind,
)
from backend.points.rules import AskedLot, OpenDebt, OpenLot, SpentLot

NEXT_EXPIRIES = 5


class HoldNotFound(NotFound):
    pass


@dataclass(frozen=True, slots=True)
class Expiry:
    expires_at: datetime
    points: int


@dataclass(frozen=True, slots=True)
class PointsSummary:
    """`balance_points` can be spent now; `pending_points` later; `held_points` are set aside for a shop.

    Dead lots count for none of them.
    """

    balance_points: int
    pending_points: int
    held_points: int
    next_expiries: Sequence[Expiry]


@dataclass(frozen=True, slots=True)
class EntryRow:
    transaction_id: uuid.UUID
    position: int
    kind: str
    source_id: uuid.UUID | None
    amount_points: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class AskedPoints:
    """`points` of a lot are asked back now; earlier refunds asked `before_points` of it."""

    points: int
    before_points: int = 0


@dataclass(frozen=True, slots=True)
class Spend:
    """Whose points went to which shop."""

    account_id: uuid.UUID
    to_account_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class HoldRecord:
    """A hold, and what it set aside of each lot: `free_points` are free for it alone."""

    id: uuid.UUID
    account_id: uuid.UUID
    to_account_id: uuid.UUID
    status: HoldStatus
    points: int
    posted_points: int
    created_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    lots: Sequence[OpenLot]


def unspendable_points(
    account_id: ColumnElement[uuid.UUID], at: ColumnElement[datetime]
) -> ColumnElement[int]:
    """Points in the balance that cannot be spent at a moment: expired and not yet lapsed, still pending, or held."""
    expired = select(_total(PointsLot.remaining_points)).where(
        PointsLot.account_id == account_id, PointsLot.remaining_points > 0, PointsLot.expires_at <= at
    )
    # The condition of `ix_points_lots_bound`, word for word, and no other by which another index would look better.
    bound = select(
        _total(
            case(
                (PointsLot.expires_at <= at, 0),
                (PointsLot.spendable_at > at, PointsLot.remaining_points),
                else_=PointsLot.held_points,
            )
        )
    ).where(
        PointsLot.account_id == account_id,
        PointsLot.remaining_points > 0,
        or_(PointsLot.spendable_at.is_not(None), PointsLot.held_points > 0),
    )
    return expired.scalar_subquery() + bound.scalar_subquery()


def _total(points: Any) -> ColumnElement[int]:
    """PostgreSQL sums bigint as numeric; points are whole."""
    return cast(func.coalesce(func.sum(points), 0), BigInteger)


def owed_points(account_id: ColumnElement[uuid.UUID]) -> ColumnElement[int]:
    """What the account owes its budgets: to be asked in passing whether `list_debts` is worth a read."""
    return (
        select(_total(PointsDebt.owed_points))
        .where(PointsDebt.account_id == account_id, PointsDebt.owed_points > 0)
        .scalar_subquery()
    )


def _kept_points() -> ColumnElement[int]:
    """What `service.holds.keep_pending` set aside of a lot: it is held for nobody, and still pending."""
    return (
        select(_total(PointsHoldLot.points))
        .join(PointsHold, PointsHold.id == PointsHoldLot.hold_id)
        .where(
            PointsHoldLot.lot_id == PointsLot.id,
            PointsHold.account_id == PointsLot.account_id,
            PointsHold.to_account_id == PointsLot.account_id,
            PointsHold.status == HoldStatus.HELD.value,
        )
        .correlate(PointsLot)
        .scalar_subquery()
    )


LIVE_LOTS = Prepared(
    lambda _dialect: (
        select(
            PointsLot.id,
            PointsLot.remaining_points,
            PointsLot.held_points,
            PointsLot.expires_at,
            PointsLot.spendable_at,
            case((PointsLot.held_points > 0, _kept_points()), else_=0).label("kept_points"),
        )
        .where(
            PointsLot.account_id == bindparam("account_id", type_=Uuid()),
            PointsLot.remaining_points > 0,
            PointsLot.expires_at > bindparam("at", type_=UtcDateTime()),
        )
        .order_by(PointsLot.expires_at, PointsLot.id)
    )
)


def get_points_summary(session: Session, *, account_id: uuid.UUID, at: datetime) -> PointsSummary:
    """`next_expiries` are of what is not held."""
    balance = pending = held = 0
    expiries: dict[datetime, int] = {}
    for lot in LIVE_LOTS.rows(session, account_id=account_id, at=at):
        free = lot.remaining_points - lot.held_points + lot.kept_points
        held += lot.held_points - lot.kept_points
        pending += lot.kept_points
        if lot.spendable_at and lot.spendable_at > at:
            pending += free - lot.kept_points
        else:
            balance += free - lot.kept_points
        if free:
            expiries[lot.expires_at] = expiries.get(lot.expires_at, 0) + free
    soonest = [Expiry(expires_at, points) for expires_at, points in list(expiries.items())[:NEXT_EXPIRIES]]
    return PointsSummary(balance, pending, held, soonest)


def list_spendable_lots(session: Session, *, account_id: uuid.UUID, at: datetime) -> list[OpenLot]:
    """Alive, no longer pending, and not held whole."""
    return _open_lots(session, account_id, at, spendable_at=at)


def list_live_lots(session: Session, *, account_id: uuid.UUID, at: datetime) -> list[OpenLot]:
    """The pending ones too."""
    return _open_lots(session, account_id, at, spendable_at=None)


def _open_lots(
    session: Session, account_id: uuid.UUID, at: datetime, spendable_at: datetime | None
) -> list[OpenLot]:
    return [
        OpenLot(lot.id, lot.remaining_points - lot.held_points, lot.expires_at)
        for lot in LIVE_LOTS.rows(session, account_id=account_id, at=at)
        if lot.remaining_points > lot.held_points
        and (spendable_at is None or lot.spendable_at is None or lot.spendable_at <= spendable_at)
    ]


def sum_overdue_points(session: Session, *, account_id: uuid.UUID, at: datetime) -> int:
    """Points that holds keep beyond their time, until a job or the next hold frees them."""
    query = (
        select(_total(PointsHoldLot.points))
        .join(PointsHold, PointsHold.id == PointsHoldLot.hold_id)
        .join(PointsLot, PointsLot.id == PointsHoldLot.lot_id)
        .where(
            PointsHold.account_id == account_id,
            PointsHold.status == HoldStatus.HELD.value,
            PointsHold.expires_at <= at,
            PointsLot.expires_at > at,
        )
    )
    return session.scalars(query).one()


HOLD = Prepared(
    lambda _dialect: (
        select(
            *PointsHold.__table__.c,
            PointsHoldLot.lot_id,
            PointsHoldLot.points.label("lot_points"),
            PointsLot.expires_at.label("lot_expires_at"),
        )
        .join(PointsHoldLot, PointsHoldLot.hold_id == PointsHold.id)
        .join(PointsLot, PointsLot.id == PointsHoldLot.lot_id)
        .where(PointsHold.id == bindparam("hold_id", type_=Uuid()))
        .order_by(PointsLot.expires_at, PointsLot.id)
    )
)


def get_hold(session: Session, *, hold_id: uuid.UUID) -> HoldRecord:
    """Whoever's: callers ask whether it is theirs. Raises HoldNotFound."""
    rows = HOLD.rows(session, hold_id=hold_id)
    if not rows:
        raise HoldNotFound
    row = rows[0]
    return HoldRecord(
        id=row.id,
        account_id=row.account_id,
        to_account_id=row.to_account_id,
        status=HoldStatus(row.status),
        points=row.points,
        posted_points=row.posted_points,
        created_at=row.created_at,
        expires_at=row.expires_at,
        closed_at=row.closed_at,
        lots=[OpenLot(found.lot_id, found.lot_points, found.lot_expires_at) for found in rows],
    )


DEBTS = Prepared(
    lambda _dialect: (
        select(
            PointsDebt.id,
            PointsDebt.funding_account_id,
            PointsAccount.slice_count,
            PointsDebt.owed_points,
        )
        .join(PointsAccount, PointsAccount.id == PointsDebt.funding_account_id)
        .where(PointsDebt.account_id == bindparam("account_id", type_=Uuid()), PointsDebt.owed_points > 0)
        .order_by(PointsDebt.incurred_at, PointsDebt.id)
    )
)


def list_asked_lots(
    session: Session, *, account_id: uuid.UUID, asked: Mapping[uuid.UUID, AskedPoints]
) -> list[AskedLot]:
    """The account's lots among those asked for, in the order of their ids.

    Of what lapsed of a lot, earlier reclaims that found too little in it have used up their part.
    """
    query = (
        select(
            PointsLot.id,
            PointsLot.funding_account_id,
            (PointsLot.remaining_points - PointsLot.held_points).label("free_points"),
            _used_by(TransactionKind.LAPSE).label("lapsed_points"),
            _used_by(TransactionKind.RECLAIM).label("reclaimed_points"),
        )
        .where(PointsLot.id.in_(list(asked)), PointsLot.account_id == account_id)
        .order_by(PointsLot.id)
    )
    found = []
    for lot in session.execute(query):
        before = max(0, asked[lot.id].before_points - lot.reclaimed_points)
        forgiven = max(0, lot.lapsed_points - before)
        points = asked[lot.id].points
        found.append(AskedLot(lot.id, lot.funding_account_id, points, lot.free_points, forgiven))
    return found


def _used_by(kind: TransactionKind) -> ColumnElement[int]:
    return (
        select(_total(PointsLotUse.points))
        .join(PointsTransaction, PointsTransaction.id == PointsLotUse.transaction_id)
        .where(PointsLotUse.lot_id == PointsLot.id, PointsTransaction.kind == kind.value)
        .scalar_subquery()
    )


def list_spent_lots(session: Session, *, transaction_id: uuid.UUID) -> list[SpentLot]:
    """What a spend used, less what came back of it."""
    returned = aliased(PointsLot)
    back = (
        select(_total(returned.granted_points))
        .where(
            returned.returned_from_transaction_id == transaction_id,
            returned.returned_from_lot_id == PointsLotUse.lot_id,
        )
        .correlate(PointsLotUse)
        .scalar_subquery()
    )
    query = (
        select(PointsLot.id, PointsLot.funding_account_id, PointsLotUse.points - back, PointsLot.expires_at)
        .join(PointsLot, PointsLot.id == PointsLotUse.lot_id)
        .where(PointsLotUse.transaction_id == transaction_id)
    )
    return [SpentLot(*row) for row in session.execute(query)]


def find_spend(session: Session, *, transaction_id: uuid.UUID) -> Spend | None:
    citizen, shop = aliased(PointsEntry), aliased(PointsEntry)
    row = session.execute(
        select(citizen.account_id, shop.account_id)
        .join(shop, shop.transaction_id == citizen.transaction_id)
        .join(PointsTransaction, PointsTransaction.id == citizen.transaction_id)
        .where(
            citizen.transaction_id == transaction_id,
            PointsTransaction.kind == TransactionKind.SPEND.value,
            citizen.amount_points < 0,
            shop.amount_points > 0,
        )
    ).first()
    return Spend(*row) if row else None


def list_debts(session: Session, *, account_id: uuid.UUID) -> list[OpenDebt]:
    """The open ones, oldest first."""
    return [OpenDebt(*row) for row in DEBTS.rows(session, account_id=account_id)]


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
