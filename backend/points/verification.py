"""`meguri ledger verify`: proves from the rows themselves that no point was made, lost or moved twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.points import lot_laws
from backend.points.lot_laws import ZERO
from backend.points.models import PointsBalance, PointsEntry

SHOWN_ROWS = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that breaks a law of the ledger. Without figures where the law says all."""

    law: str
    subject: str
    expected: int | None = None
    found: int | None = None

    def __str__(self) -> str:
        if self.expected is None:
            return f"{self.law}: {self.subject}"
        return f"{self.law}: {self.subject} is {self.found:,}, must be {self.expected:,}"


def verify_ledger(session: Session) -> list[Finding]:
    """Empty when every law holds; at most a few rows a law otherwise."""
    return list(_findings(session))


def _findings(session: Session) -> Iterator[Finding]:
    for law, query in _laws():
        for *subject, expected, found in session.execute(query):
            yield Finding(law, "/".join(str(part) for part in subject), int(expected), int(found))


@cache
def _laws() -> Sequence[tuple[str, Any]]:
    """Each with the rows that break it. Built once: on a small ledger building costs more than running."""
    laws = (
        ("entries of a transaction sum to zero", _unbalanced_transactions()),
        ("a balance is the sum of its entries", _drifted_balances()),
        ("a citizen's lots are their balance", lot_laws.drifted_balances_of_lots()),
        ("a transaction moves a citizen's lots as their balance", lot_laws.unexplained_entries()),
        ("a lot came out of the budget it names", lot_laws.unfunded_lots()),
        ("a lot has left what was not taken from it", lot_laws.drifted_lots()),
        ("a lot's held points are those of its open holds", lot_laws.drifted_held_points()),
        ("a hold is of so many points as its lots", lot_laws.unbacked_holds()),
        ("a hold posts points when it is posted", lot_laws.holds_ended_askew()),
        ("no more comes back than a spend used of a lot", lot_laws.overreturned_uses()),
        ("a debt is what was not repaid of it", lot_laws.drifted_debts()),
        ("only the issuance is below zero, and a shop by what it gave back", lot_laws.overdrawn_balances()),
    )
    return [(law, query.limit(SHOWN_ROWS)) for law, query in laws]


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
