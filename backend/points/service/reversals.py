"""What a refund undoes: earned points are reclaimed for their budgets, spent points are given back.

A refund that does both gives back first, so that what comes back can pay for what is reclaimed. Neither is on the
way of a purchase, so both lock the citizen's balance before they look.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.errors import Conflict, NotFound
from backend.points.models import PointsAccount, TransactionKind
from backend.points.queries import (
    AskedPoints,
    find_spend,
    list_asked_lots,
    list_live_lots,
    list_spent_lots,
)
from backend.points.rules import (
    Leg,
    LotGrant,
    LotUse,
    expiry_of_returned,
    plan_reclaim,
    plan_return,
    take_lots,
)
from backend.points.service.debts import any_slice
from backend.points.service.movements import lock_balance, refuse_closed
from backend.points.writes import POST, Movement, Rows, debt_rows, ledger_rows


class SpendNotFound(NotFound):
    pass


class SpendExceeded(Conflict):
    """More is to come back than was spent and has not come back yet."""


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """What became of the points asked back. `transaction_id` is None when none could be taken."""

    transaction_id: uuid.UUID | None
    taken_points: int
    owed_points: int
    forgiven_points: int


def reclaim(
    session: Session,
    *,
    account_id: uuid.UUID,
    asked: Mapping[uuid.UUID, AskedPoints],
    source_id: uuid.UUID,
    at: datetime,
) -> Reclaimed:
    """Earned points go back to the budgets they came from. `asked`: lot → points; `source_id`: the refund.

    Each lot pays for itself with what is left of it and not held, pending or expired though it be. What lapsed of
    it is forgiven: those points are gone, and the citizen never had the use of them. The rest is paid with the
    account's other points, spendable or pending, first-expiring first; what they cannot pay becomes a debt, which
    later grants repay. Held points stay held: they are promised to a shop. Raises AccountClosed.
    """
    lock_balance(session, account_id)
    refuse_closed(session, account_id)
    lots = list_asked_lots(session, account_id=account_id, asked=asked)
    if len(lots) != len(asked) or any(points.points < 1 for points in asked.values()):
        raise ValueError("points are asked back of the account's own lots, at least 1 of each")
    plan = plan_reclaim(lots, list_live_lots(session, account_id=account_id, at=at))
    rows: Rows = {}
    taken_points = sum(plan.taken.values())
    movement = None
    if taken_points:
        movement = Movement(
            kind=TransactionKind.RECLAIM,
            legs=[Leg(account_id, 0, -taken_points), *_legs_back(session, plan.returned)],
            occurred_at=at,
            source_id=source_id,
            lot_moves=take_lots(plan.taken, alive_at=None),
        )
        rows |= ledger_rows([movement], at=at)
    if plan.owed:
        rows |= debt_rows(account_id=account_id, owed=plan.owed, source_id=source_id, at=at)
    POST.run(session, rows)
    return Reclaimed(
        transaction_id=movement.id if movement else None,
        taken_points=taken_points,
        owed_points=sum(plan.owed.values()),
        forgiven_points=plan.forgiven_points,
    )


def _legs_back(session: Session, returned: Mapping[uuid.UUID, int]) -> list[Leg]:
    query = select(PointsAccount.id, PointsAccount.slice_count).where(PointsAccount.id.in_(list(returned)))
    slice_counts: dict[uuid.UUID, int] = {row.id: row.slice_count for row in session.execute(query)}
    return [
        Leg(account_id, any_slice(slice_counts[account_id]), points)
        for account_id, points in returned.items()
    ]


def give_back(
    session: Session,
    *,
    spend_transaction_id: uuid.UUID,
    points: int,
    source_id: uuid.UUID,
    at: datetime,
) -> uuid.UUID:
    """Spent points come back from the shop, as new lots that know the use they undo. `source_id`: the refund.

    The lot consumed last comes back first. Each keeps its budget and its end, though it can be spent for two weeks
    at least. The shop's account may fall below zero: its points may have been settled already, and the next
    settlement takes that into account. Returns the transaction's id.

    Raises SpendNotFound, SpendExceeded, AccountClosed.
    """
    if points < 1:
        raise ValueError("points to give back are at least 1")
    spend = find_spend(session, transaction_id=spend_transaction_id)
    if spend is None:
        raise SpendNotFound
    lock_balance(session, spend.account_id)
    refuse_closed(session, spend.account_id)
    planned = plan_return(list_spent_lots(session, transaction_id=spend_transaction_id), points)
    if sum(back for _, back in planned) < points:
        raise SpendExceeded
    movement = Movement(
        kind=TransactionKind.RETURN,
        legs=[Leg(spend.to_account_id, 0, -points), Leg(spend.account_id, 0, points)],
        occurred_at=at,
        source_id=source_id,
        lots=[
            LotGrant(
                account_id=spend.account_id,
                funding_account_id=lot.funding_account_id,
                points=back,
                spendable_at=None,
                expires_at=expiry_of_returned(lot.expires_at, at),
                returned_from=LotUse(spend_transaction_id, lot.id),
            )
            for lot, back in planned
        ],
    )
    POST.run(session, ledger_rows([movement], at=at))
    return movement.id
