"""What a citizen owes to budgets: points that a refund took back and that were spent already."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.base.database import new_id
from backend.points.models import TransactionKind
from backend.points.rules import Leg, LotMove, OpenDebt, repay_debts
from backend.points.writes import Movement


@dataclass(frozen=True, slots=True)
class Repaid:
    """`movements`: the grant, and a reclaim for each debt it repays; to be written in one list."""

    movements: Sequence[Movement]
    repaid_points: int


def repay_from(granted: Movement, debts: Sequence[OpenDebt]) -> Repaid:
    """A grant repays what the citizen owes, the oldest debt first, out of the lots it makes.

    Each repayment is a transaction by itself, a reclaim whose source is the debt: within the grant it would
    vanish where a budget is owed what it gives. The lots are granted whole and used at once.
    """
    if not debts:
        return Repaid([granted], 0)
    lots = [replace(lot, id=lot.id or new_id()) for lot in granted.lots]
    payments = repay_debts([(lot.id, lot.points) for lot in lots if lot.id], debts)
    reclaims = [
        Movement(
            kind=TransactionKind.RECLAIM,
            legs=[
                Leg(lots[0].account_id, 0, -sum(used.values())),
                Leg(debt.funding_account_id, any_slice(debt.slice_count), sum(used.values())),
            ],
            occurred_at=granted.occurred_at,
            source_id=debt.id,
            lot_moves=[LotMove(lot_id, taken_points=points) for lot_id, points in used.items()],
            payments={debt.id: sum(used.values())},
        )
        for debt in debts
        if (used := payments.get(debt.id))
    ]
    repaid_points = sum(points for reclaim in reclaims for points in reclaim.payments.values())
    return Repaid([replace(granted, lots=lots), *reclaims], repaid_points)


def any_slice(slice_count: int) -> int:
    """Where points come back to a budget: at random, so that nobody queues for one row."""
    return int(random.random() * slice_count)  # noqa: S311 (spreading, not secrecy)
