"""The laws of lots, holds and debts, each as a SELECT of what breaks it: whose, what it should be, what it is."""

from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from backend.points.models import (
    AccountKind,
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

ZERO = literal(0)


def drifted_balances_of_lots() -> Any:
    """By citizen: what their lots hold against their balance."""
    sums = (
        select(PointsLot.account_id, func.sum(PointsLot.remaining_points).label("points"))
        .group_by(PointsLot.account_id)
        .subquery()
    )
    left = func.coalesce(sums.c.points, 0)
    return (
        select(PointsBalance.account_id, PointsBalance.balance_points, left)
        .join(PointsAccount, PointsAccount.id == PointsBalance.account_id)
        .outerjoin(sums, sums.c.account_id == PointsBalance.account_id)
        .where(PointsAccount.kind == AccountKind.CITIZEN, left != PointsBalance.balance_points)
    )


def unfunded_lots() -> Any:
    """By transaction and budget: what its lots were granted against what its entries took from the budget."""
    granted = (
        select(
            PointsLot.transaction_id,
            PointsLot.funding_account_id,
            func.sum(PointsLot.granted_points).label("points"),
        )
        .where(PointsLot.returned_from_lot_id.is_(None))
        .group_by(PointsLot.transaction_id, PointsLot.funding_account_id)
        .subquery()
    )
    taken = (
        select(
            PointsEntry.transaction_id,
            PointsEntry.account_id,
            func.sum(-PointsEntry.amount_points).label("points"),
        )
        .group_by(PointsEntry.transaction_id, PointsEntry.account_id)
        .subquery()
    )
    drawn = func.coalesce(taken.c.points, 0)
    return (
        select(granted.c.transaction_id, granted.c.funding_account_id, drawn, granted.c.points)
        .outerjoin(
            taken,
            (taken.c.transaction_id == granted.c.transaction_id)
            & (taken.c.account_id == granted.c.funding_account_id),
        )
        .where(drawn != granted.c.points)
    )


def unexplained_entries() -> Any:
    """By transaction and citizen: the lots it made less what it took from lots, against its entries."""
    made = select(
        PointsLot.transaction_id,
        PointsLot.account_id,
        PointsLot.granted_points.label("lot_points"),
        ZERO.label("entry_points"),
    )
    used = select(PointsLotUse.transaction_id, PointsLot.account_id, -PointsLotUse.points, ZERO).join(
        PointsLot, PointsLot.id == PointsLotUse.lot_id
    )
    entered = (
        select(PointsEntry.transaction_id, PointsEntry.account_id, ZERO, PointsEntry.amount_points)
        .join(PointsAccount, PointsAccount.id == PointsEntry.account_id)
        .where(PointsAccount.kind == AccountKind.CITIZEN)
    )
    moved = union_all(made, used, entered).subquery()
    of_lots, of_entries = func.sum(moved.c.lot_points), func.sum(moved.c.entry_points)
    return (
        select(moved.c.transaction_id, moved.c.account_id, of_lots, of_entries)
        .group_by(moved.c.transaction_id, moved.c.account_id)
        .having(of_lots != of_entries)
    )


def drifted_lots() -> Any:
    """By lot: what it was granted less what was taken from it, against what it has left."""
    sums = (
        select(PointsLotUse.lot_id, func.sum(PointsLotUse.points).label("points"))
        .group_by(PointsLotUse.lot_id)
        .subquery()
    )
    left = PointsLot.granted_points - func.coalesce(sums.c.points, 0)
    return (
        select(PointsLot.id, left, PointsLot.remaining_points)
        .outerjoin(sums, sums.c.lot_id == PointsLot.id)
        .where(left != PointsLot.remaining_points)
    )


def drifted_held_points() -> Any:
    """By lot: what open holds of its own account set aside of it, against what it says is held."""
    sums = (
        select(PointsHoldLot.lot_id, PointsHold.account_id, func.sum(PointsHoldLot.points).label("points"))
        .join(PointsHold, PointsHold.id == PointsHoldLot.hold_id)
        .where(PointsHold.status == HoldStatus.HELD.value)
        .group_by(PointsHoldLot.lot_id, PointsHold.account_id)
        .subquery()
    )
    held = func.coalesce(sums.c.points, 0)
    return (
        select(PointsLot.id, held, PointsLot.held_points)
        .outerjoin(sums, and_(sums.c.lot_id == PointsLot.id, sums.c.account_id == PointsLot.account_id))
        .where(held != PointsLot.held_points)
    )


def unbacked_holds() -> Any:
    """By hold: what it set aside of lots against what it holds."""
    sums = (
        select(PointsHoldLot.hold_id, func.sum(PointsHoldLot.points).label("points"))
        .group_by(PointsHoldLot.hold_id)
        .subquery()
    )
    backed = func.coalesce(sums.c.points, 0)
    return (
        select(PointsHold.id, PointsHold.points, backed)
        .outerjoin(sums, sums.c.hold_id == PointsHold.id)
        .where(backed != PointsHold.points)
    )


def holds_ended_askew() -> Any:
    """By hold: only a posted one posted points."""
    is_posted = PointsHold.status == HoldStatus.POSTED.value
    return select(
        PointsHold.id, case((is_posted, PointsHold.points), else_=0), PointsHold.posted_points
    ).where(is_posted != (PointsHold.posted_points > 0))


def overreturned_uses() -> Any:
    """By spend and lot: what came back against what the spend used; of another citizen or budget nothing may."""
    back, origin = aliased(PointsLot), aliased(PointsLot)
    used = case(
        (PointsTransaction.kind == TransactionKind.SPEND.value, PointsLotUse.points),
        else_=0,
    )
    use_points = func.coalesce(func.max(used), 0)
    returned = func.sum(back.granted_points)
    return (
        select(back.returned_from_transaction_id, back.returned_from_lot_id, use_points, returned)
        .outerjoin(
            origin,
            and_(
                origin.id == back.returned_from_lot_id,
                origin.account_id == back.account_id,
                origin.funding_account_id == back.funding_account_id,
            ),
        )
        .outerjoin(
            PointsLotUse,
            and_(
                PointsLotUse.lot_id == origin.id,
                PointsLotUse.transaction_id == back.returned_from_transaction_id,
            ),
        )
        .outerjoin(PointsTransaction, PointsTransaction.id == PointsLotUse.transaction_id)
        .where(or_(back.returned_from_lot_id.is_not(None), back.returned_from_transaction_id.is_not(None)))
        .group_by(back.returned_from_transaction_id, back.returned_from_lot_id)
        .having(or_(returned > use_points, func.count() != func.count(PointsLotUse.points)))
    )


def drifted_debts() -> Any:
    """By debt: what was incurred less what reclaims on its account brought its budget, against what is owed."""
    sums = (
        select(
            PointsTransaction.source_id,
            PointsEntry.account_id,
            func.sum(PointsEntry.amount_points).label("points"),
        )
        .join(PointsEntry, PointsEntry.transaction_id == PointsTransaction.id)
        .where(PointsTransaction.kind == TransactionKind.RECLAIM.value)
        .group_by(PointsTransaction.source_id, PointsEntry.account_id)
        .subquery()
    )
    owed = PointsDebt.incurred_points - func.coalesce(sums.c.points, 0)
    return (
        select(PointsDebt.id, owed, PointsDebt.owed_points)
        .outerjoin(
            sums,
            and_(sums.c.source_id == PointsDebt.id, sums.c.account_id == PointsDebt.funding_account_id),
        )
        .where(owed != PointsDebt.owed_points)
    )


def overdrawn_balances() -> Any:
    """By balance: only the issuance is below zero, and a shop by no more than it gave back."""
    given_back = (
        select(PointsEntry.account_id, func.sum(PointsEntry.amount_points).label("points"))
        .join(PointsTransaction, PointsTransaction.id == PointsEntry.transaction_id)
        .where(PointsTransaction.kind == TransactionKind.RETURN.value, PointsEntry.amount_points < 0)
        .group_by(PointsEntry.account_id)
        .subquery()
    )
    least = case((PointsAccount.kind == AccountKind.SHOP, func.coalesce(given_back.c.points, 0)), else_=0)
    return (
        select(PointsBalance.account_id, PointsBalance.slice, least, PointsBalance.balance_points)
        .join(PointsAccount, PointsAccount.id == PointsBalance.account_id)
        .outerjoin(given_back, given_back.c.account_id == PointsBalance.account_id)
        .where(
            PointsBalance.balance_points < least,
            or_(PointsAccount.kind != AccountKind.ISSUANCE, PointsBalance.may_overdraw.is_(False)),
        )
    )
