"""Movements of points. Each is one balanced transaction; guards in the writes decide races."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.database import is_locking, new_id
from backend.base.errors import Conflict
from backend.points.models import (
    AccountKind,
    HoldStatus,
    PointsAccount,
    PointsBalance,
    PointsHold,
    PointsHoldLot,
    PointsLot,
    TransactionKind,
)
from backend.points.queries import list_debts, list_spendable_lots
from backend.points.rules import (
    Leg,
    LotGrant,
    LotMove,
    consume_lots,
    draw_from_slices,
    split_evenly,
    take_lots,
)
from backend.points.service.debts import repay_from
from backend.points.writes import POST, Movement, hold_end_rows, ledger_rows

# Opened by the first migration.
ISSUANCE_ACCOUNT_ID = uuid.UUID("00000000-0000-7000-8000-000000000001")
LAPSED_ACCOUNT_ID = uuid.UUID("00000000-0000-7000-8000-000000000002")


class PointsInsufficient(Conflict):
    pass


class BudgetInsufficient(Conflict):
    pass


class AccountClosed(Conflict):
    pass


def open_account(
    session: Session,
    *,
    kind: AccountKind,
    at: datetime,
    slice_count: int = 1,
    account_id: uuid.UUID | None = None,
    budget_line_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """`account_id`: for an account that has somebody's id, as a shop's has the shop's. `budget_line_id`: of a
    funding account, who bears its points.

    A shop's may fall below zero, by what it gives back after its points were settled.
    """
    account_id = account_id or new_id()
    session.add(
        PointsAccount(
            id=account_id,
            kind=kind.value,
            slice_count=slice_count,
            opened_at=at,
            budget_line_id=budget_line_id,
        )
    )
    session.flush()
    session.add_all(
        PointsBalance(
            account_id=account_id, slice=number, balance_points=0, may_overdraw=kind is AccountKind.SHOP
        )
        for number in range(slice_count)
    )
    session.flush()
    return account_id


def fund(
    session: Session, *, account_id: uuid.UUID, points: int, at: datetime, source_id: uuid.UUID | None = None
) -> uuid.UUID:
    """Issue points into a budget, spread evenly over its slices. Returns the transaction's id."""
    slice_count = session.scalars(
        select(PointsAccount.slice_count).where(
            PointsAccount.id == account_id, PointsAccount.kind == "funding"
        )
    ).one()
    legs = [Leg(account_id, number, share) for number, share in enumerate(split_evenly(points, slice_count))]
    return _post(
        session,
        Movement(
            kind=TransactionKind.FUND,
            legs=[Leg(ISSUANCE_ACCOUNT_ID, 0, -points), *legs],
            occurred_at=at,
            source_id=source_id,
        ),
        at,
    )


def release(
    session: Session, *, account_id: uuid.UUID, points: int, at: datetime, source_id: uuid.UUID | None = None
) -> uuid.UUID:
    """Points that a budget has left go back to the issuance. Returns the transaction's id.

    Raises BudgetInsufficient.
    """
    if points < 1:
        raise ValueError("points to release are at least 1")
    legs = _draw(session, account_id, points, lock=True)
    return _post(
        session,
        Movement(
            kind=TransactionKind.RELEASE,
            legs=[*legs, Leg(ISSUANCE_ACCOUNT_ID, 0, points)],
            occurred_at=at,
            source_id=source_id,
        ),
        at,
    )


def grant(
    session: Session,
    *,
    account_id: uuid.UUID,
    funding_account_id: uuid.UUID,
    points: int,
    expires_at: datetime,
    at: datetime,
    spendable_at: datetime | None = None,
    source_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """From a budget to a citizen, as one lot; what the citizen owes is at once repaid out of it.

    Returns the grant's transaction's id. Raises BudgetInsufficient, AccountClosed.
    """
    refuse_closed(session, account_id)
    draws = _draw(session, funding_account_id, points, lock=is_locking(session))
    granted = Movement(
        kind=TransactionKind.GRANT,
        legs=[*draws, Leg(account_id, 0, points)],
        occurred_at=at,
        source_id=source_id,
        lots=[LotGrant(account_id, funding_account_id, points, spendable_at, expires_at)],
    )
    if is_locking(session):
        lock_balance(session, account_id)
    repaid = repay_from(granted, list_debts(session, account_id=account_id))
    POST.run(session, ledger_rows(repaid.movements, at=at))
    return granted.id


def spend(
    session: Session,
    *,
    account_id: uuid.UUID,
    to_account_id: uuid.UUID,
    points: int,
    at: datetime,
    source_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """From a citizen's live lots, first-expiring first, to a shop. Raises PointsInsufficient."""
    if points < 1:
        raise ValueError("points to spend are at least 1")
    if is_locking(session):
        lock_balance(session, account_id)
    used = consume_lots(list_spendable_lots(session, account_id=account_id, at=at), points)
    if sum(used.values()) < points:
        raise PointsInsufficient
    return _post(
        session,
        Movement(
            kind=TransactionKind.SPEND,
            legs=[Leg(account_id, 0, -points), Leg(to_account_id, 0, points)],
            occurred_at=at,
            source_id=source_id,
            lot_moves=take_lots(used, alive_at=at),
        ),
        at,
    )


def lapse_expired_lots(
    session: Session, *, at: datetime, limit: int = 500, account_id: uuid.UUID | None = None
) -> int:
    """Move what nobody spent in time to the lapsed points; not what is held; of one account only, on wish.

    Returns how many lots lapsed.
    """
    free = PointsLot.remaining_points - PointsLot.held_points
    query = (
        select(PointsLot.id, PointsLot.account_id, free)
        .where(PointsLot.remaining_points > 0, free > 0, PointsLot.expires_at <= at)
        .order_by(PointsLot.expires_at)
        .limit(limit)
    )
    if account_id is not None:
        query = query.where(PointsLot.account_id == account_id)
    lots = session.execute(query).all()
    if is_locking(session):
        for account_id in sorted({lot.account_id for lot in lots}):
            lock_balance(session, account_id)
        lots = session.execute(query.where(PointsLot.id.in_([lot.id for lot in lots]))).all()
    return _lapse(session, lots, at)


def close_account(session: Session, *, account_id: uuid.UUID, at: datetime) -> int:
    """A citizen leaves: holds are voided, everything that is left lapses. Returns the points that lapsed."""
    # The row's lock also holds off a purchase under way, which would credit it after.
    balance = lock_balance(session, account_id)
    _void_holds(session, account_id, at)
    # Whole, though a hold may come in between: its lots then make this a stale read.
    query = select(PointsLot.id, PointsLot.account_id, PointsLot.remaining_points).where(
        PointsLot.account_id == account_id, PointsLot.remaining_points > 0
    )
    _lapse(session, session.execute(query).all(), at)
    session.execute(update(PointsAccount).where(PointsAccount.id == account_id).values(closed_at=at))
    session.execute(update(PointsBalance).where(PointsBalance.account_id == account_id).values(is_open=False))
    return balance


def _void_holds(session: Session, account_id: uuid.UUID, at: datetime) -> None:
    query = (
        select(PointsHoldLot.hold_id, PointsHoldLot.lot_id, PointsHoldLot.points)
        .join(PointsHold, PointsHold.id == PointsHoldLot.hold_id)
        .where(PointsHold.account_id == account_id, PointsHold.status == HoldStatus.HELD.value)
    )
    held = session.execute(query).all()
    freed = [LotMove(row.lot_id, held_points=-row.points) for row in held]
    POST.run(session, hold_end_rows({row.hold_id for row in held}, HoldStatus.VOIDED, at=at, freed=freed))


def _lapse(session: Session, lots: Sequence[tuple[uuid.UUID, uuid.UUID, int]], at: datetime) -> int:
    """One transaction for each account, all in one list."""
    by_account: dict[uuid.UUID, dict[uuid.UUID, int]] = defaultdict(dict)
    for lot_id, account_id, points in lots:
        by_account[account_id][lot_id] = points
    movements = [
        Movement(
            kind=TransactionKind.LAPSE,
            legs=[
                Leg(account_id, 0, -sum(used.values())),
                Leg(LAPSED_ACCOUNT_ID, 0, sum(used.values())),
            ],
            occurred_at=at,
            lot_moves=take_lots(used, alive_at=None),
        )
        for account_id, used in sorted(by_account.items())
    ]
    POST.run(session, ledger_rows(movements, at=at))
    return len(lots)


def _post(session: Session, movement: Movement, at: datetime) -> uuid.UUID:
    POST.run(session, ledger_rows([movement], at=at))
    return movement.id


def refuse_closed(session: Session, account_id: uuid.UUID) -> None:
    """Raises AccountClosed."""
    closed_at = session.scalars(select(PointsAccount.closed_at).where(PointsAccount.id == account_id)).one()
    if closed_at is not None:
        raise AccountClosed


def lock_balance(session: Session, account_id: uuid.UUID) -> int:
    """A citizen's balance, of which nobody moves a point until this transaction ends (PostgreSQL)."""
    query = select(PointsBalance.balance_points).where(PointsBalance.account_id == account_id)
    return int(session.scalars(query.with_for_update()).one())


def _draw(session: Session, account_id: uuid.UUID, points: int, *, lock: bool) -> list[Leg]:
    """Raises BudgetInsufficient."""
    query = select(PointsBalance.slice, PointsBalance.balance_points).where(
        PointsBalance.account_id == account_id
    )
    rows = session.execute(query.with_for_update() if lock else query)
    slices = {number: int(balance) for number, balance in rows}
    if sum(slices.values()) < points:
        raise BudgetInsufficient
    return [Leg(account_id, number, -drawn) for number, drawn in draw_from_slices(slices, points).items()]
