"""Points of one account carried over to another of the same person, each lot with its budget and its end.

Each lot goes back to its budget and comes out of it again at once: two transactions in one write, which leave the
budget as it was, and every law of the ledger as it is.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.errors import Conflict
from backend.points.models import PointsBalance, PointsDebt, PointsLot, TransactionKind
from backend.points.queries import list_debts
from backend.points.rules import Leg, LotGrant, take_lots
from backend.points.service.debts import repay_from
from backend.points.service.holds import expire_holds
from backend.points.service.movements import lapse_expired_lots, lock_balance
from backend.points.writes import POST, Movement, ledger_rows


class PointsHeld(Conflict):
    """A till holds points of the account just now."""


def carry_over(
    session: Session,
    *,
    account_id: uuid.UUID,
    into_account_id: uuid.UUID,
    source_id: uuid.UUID,
    at: datetime,
    limit_points: int | None = None,
) -> None:
    """Everything that is left and what is owed; or the free points that end first, at most `limit_points`.

    What is carried repays what is owed. Raises PointsHeld when everything is to go and some is held.
    """
    for one in sorted((account_id, into_account_id)):
        lock_balance(session, one)
    if limit_points is None:
        _settle(session, account_id, at)
    taken = _choose(session, account_id, limit_points, at)
    if limit_points is None:
        _move_debts(session, account_id, into_account_id)
    if not taken:
        return
    back, again = _movements(taken, account_id, into_account_id, source_id, at)
    repaid = repay_from(again, list_debts(session, account_id=into_account_id))
    POST.run(session, ledger_rows([back, *repaid.movements], at=at))


def _movements(
    taken: Sequence[tuple[PointsLot, int]],
    account_id: uuid.UUID,
    into_account_id: uuid.UUID,
    source_id: uuid.UUID,
    at: datetime,
) -> tuple[Movement, Movement]:
    """Back to the budgets, and out of them again."""
    funding = Counter[uuid.UUID]()
    for lot, points in taken:
        funding[lot.funding_account_id] += points
    total = sum(funding.values())
    back = Movement(
        kind=TransactionKind.RECLAIM,
        legs=[Leg(account_id, 0, -total), *(Leg(budget, 0, points) for budget, points in funding.items())],
        occurred_at=at,
        source_id=source_id,
        lot_moves=take_lots({lot.id: points for lot, points in taken}, alive_at=None),
    )
    again = Movement(
        kind=TransactionKind.GRANT,
        legs=[
            *(Leg(budget, 0, -points) for budget, points in funding.items()),
            Leg(into_account_id, 0, total),
        ],
        occurred_at=at,
        source_id=source_id,
        lots=[
            LotGrant(into_account_id, lot.funding_account_id, points, lot.spendable_at, lot.expires_at)
            for lot, points in taken
        ],
    )
    return back, again


def set_open(session: Session, *, account_id: uuid.UUID, is_open: bool) -> None:
    """Whether points move on the account: on one that was joined to another only while a refund needs it."""
    session.execute(
        update(PointsBalance).where(PointsBalance.account_id == account_id).values(is_open=is_open)
    )


def _settle(session: Session, account_id: uuid.UUID, at: datetime) -> None:
    """What is over ends first: it is carried nowhere. Raises PointsHeld."""
    expire_holds(session, at=at, account_id=account_id)
    held = select(PointsLot.id).where(PointsLot.account_id == account_id, PointsLot.held_points > 0)
    if session.scalar(held.limit(1)) is not None:
        raise PointsHeld
    lapse_expired_lots(session, at=at, account_id=account_id)


def _choose(
    session: Session, account_id: uuid.UUID, limit_points: int | None, at: datetime
) -> list[tuple[PointsLot, int]]:
    query = (
        select(PointsLot)
        .where(
            PointsLot.account_id == account_id,
            PointsLot.remaining_points > PointsLot.held_points,
            PointsLot.expires_at > at,
        )
        .order_by(PointsLot.expires_at, PointsLot.id)
        .execution_options(populate_existing=True)
    )
    left = limit_points
    taken = []
    for lot in session.scalars(query):
        free = lot.remaining_points - lot.held_points
        points = free if left is None else min(free, left)
        if points:
            taken.append((lot, points))
        if left is not None:
            left -= points
    return taken


def _move_debts(session: Session, account_id: uuid.UUID, into_account_id: uuid.UUID) -> None:
    session.execute(
        update(PointsDebt).where(PointsDebt.account_id == account_id).values(account_id=into_account_id)
    )
