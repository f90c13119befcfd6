"""`meguri ledger verify`: proves from the rows themselves that no point was made, lost or moved twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session

from backend.points.models import AccountKind, PointsAccount, PointsBalance, PointsEntry, PointsLot

SHOWN_ROWS = 20
ZERO = literal(0)


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that breaks a law of the ledger."""

    law: str
    subject: str
    expected: int
    found: int


def verify_ledger(session: Session) -> list[Finding]:
    """Empty when every law holds; at most a few rows a law otherwise."""
    return list(_findings(session))


def _findings(session: Session) -> Iterator[Finding]:
    for law, query in (
        ("entries of a transaction sum to zero", _unbalanced_transactions()),
        ("a balance is the sum of its entries", _drifted_balances()),
        ("a citizen's lots are their balance", _drifted_lots()),
        ("a lot came out of the budget it names", _unfunded_lots()),
        ("only the issuance is below zero", _overdrawn_balances()),
    ):
        for *subject, expected, found in session.execute(query.limit(SHOWN_ROWS)):
            yield Finding(law, "/".join(str(part) for part in subject), int(expected), int(found))


def _unbalanced_transactions() -> Any:
    total = func.sum(PointsEntry.amount_points)
    return (
        select(PointsEntry.transaction_id, ZERO, total)
        .group_by(PointsEntry.transaction_id)
        .having(total != 0)
    )


def _drifted_balances() -> Any:
    sums = (
        select(PointsEntry.account_id, PointsEntry.slice, func.sum(PointsEntry.amount_points).label("points"))
        .group_by(PointsEntry.account_id, PointsEntry.slice)
        .subquery()
    )
    total = func.coalesce(sums.c.points, 0)
    return (
        select(PointsBalance.account_id, PointsBalance.slice, total, PointsBalance.balance_points)
        .outerjoin(
            sums, (sums.c.account_id == PointsBalance.account_id) & (sums.c.slice == PointsBalance.slice)
        )
        .where(total != PointsBalance.balance_points)
    )


def _drifted_lots() -> Any:
    sums = (
        select(PointsLot.account_id, func.sum(PointsLot.remaining_points).label("points"))
        .group_by(PointsLot.account_id)
        .subquery()
    )
    held = func.coalesce(sums.c.points, 0)
    return (
        select(PointsBalance.account_id, PointsBalance.balance_points, held)
        .join(PointsAccount, PointsAccount.id == PointsBalance.account_id)
        .outerjoin(sums, sums.c.account_id == PointsBalance.account_id)
        .where(PointsAccount.kind == AccountKind.CITIZEN, held != PointsBalance.balance_points)
    )


def _unfunded_lots() -> Any:
    """By transaction and budget: what its lots were granted against what its entries took from the budget."""
    granted = (
        select(
            PointsLot.transaction_id,
            PointsLot.funding_account_id,
            func.sum(PointsLot.granted_points).label("points"),
        )
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


def _overdrawn_balances() -> Any:
    return (
        select(PointsBalance.account_id, PointsBalance.slice, ZERO, PointsBalance.balance_points)
        .join(PointsAccount, PointsAccount.id == PointsBalance.account_id)
        .where(
            PointsBalance.balance_points < 0,
            or_(PointsAccount.kind != AccountKind.ISSUANCE, PointsBalance.may_overdraw.is_(False)),
        )
    )
