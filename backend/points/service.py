"""Movements of points. Each is one balanced transaction; guards in the writes decide races."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.database import is_locking, new_id
from backend.base.errors import Conflict
from backend.points.models import AccountKind, PointsAccount, PointsBalance, PointsLot, TransactionKind
from backend.points.queries import list_spendable_lots
from backend.points.rules import Leg, LotGrant, consume_lots, draw_from_slices, split_evenly
from backend.points.writes import POST, lot_rows, lot_use_rows, transaction_rows

# Opened by the first migration.
ISSUANCE_ACCOUNT_ID = uuid.UUID("00000000-0000-7000-8000-000000000001")
LAPSED_ACCOUNT_ID = uuid.UUID("00000000-0000-7000-8000-000000000002")


class PointsInsufficient(Conflict):
    pass


class BudgetInsufficient(Conflict):
    pass


class AccountClosed(Conflict):
    pass


def open_account(session: Session, *, kind: AccountKind, at: datetime, slice_count: int = 1) -> uuid.UUID:
    account_id = new_id()
    session.add(PointsAccount(id=account_id, kind=kind.value, slice_count=slice_count, opened_at=at))
    session.flush()
    session.add_all(
        PointsBalance(account_id=account_id, slice=number, balance_points=0, may_overdraw=False)
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
    return _post(session, TransactionKind.FUND, [Leg(ISSUANCE_ACCOUNT_ID, 0, -points), *legs], at, source_id)


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
    """From a budget to a citizen, as one lot. Raises BudgetInsufficient, AccountClosed."""
    _refuse_closed(session, account_id)
    slices = _slices_of(session, funding_account_id)
    if sum(slices.values()) < points:
        raise BudgetInsufficient
    draws = [
        Leg(funding_account_id, number, -drawn) for number, drawn in draw_from_slices(slices, points).items()
    ]
    lot = LotGrant(account_id, funding_account_id, points, spendable_at, expires_at)
    return _post(
        session, TransactionKind.GRANT, [*draws, Leg(account_id, 0, points)], at, source_id, lots=[lot]
    )


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
        _lock_balance(session, account_id)
    used = consume_lots(list_spendable_lots(session, account_id=account_id, at=at), points)
    if sum(used.values()) < points:
        raise PointsInsufficient
    transaction_id, rows = transaction_rows(
        kind=TransactionKind.SPEND,
        source_id=source_id,
        occurred_at=at,
        at=at,
        legs=[Leg(account_id, 0, -points), Leg(to_account_id, 0, points)],
    )
    POST.run(session, {**rows, **lot_use_rows(used, alive_at=at)})
    return transaction_id


def lapse_expired_lots(session: Session, *, at: datetime, limit: int = 500) -> int:
    """Move what nobody spent in time to the lapsed points. Returns how many lots lapsed."""
    query = (
        select(PointsLot.id, PointsLot.account_id, PointsLot.remaining_points)
        .where(PointsLot.remaining_points > 0, PointsLot.expires_at <= at)
        .order_by(PointsLot.expires_at)
        .limit(limit)
    )
    return _lapse(session, session.execute(query).all(), at)


def close_account(session: Session, *, account_id: uuid.UUID, at: datetime) -> int:
    """A citizen leaves: everything held lapses. Returns the points that lapsed."""
    # The row's lock also holds off a purchase under way, which would credit it after.
    held = _lock_balance(session, account_id)
    query = select(PointsLot.id, PointsLot.account_id, PointsLot.remaining_points).where(
        PointsLot.account_id == account_id, PointsLot.remaining_points > 0
    )
    _lapse(session, session.execute(query).all(), at)
    session.execute(update(PointsAccount).where(PointsAccount.id == account_id).values(closed_at=at))
    session.execute(update(PointsBalance).where(PointsBalance.account_id == account_id).values(is_open=False))
    return held


def _lapse(session: Session, lots: Sequence[tuple[uuid.UUID, uuid.UUID, int]], at: datetime) -> int:
    by_account: dict[uuid.UUID, int] = defaultdict(int)
    for _, account_id, points in lots:
        by_account[account_id] += points
    for account_id, points in sorted(by_account.items()):
        used = {lot_id: remaining for lot_id, owner, remaining in lots if owner == account_id}
        legs = [Leg(account_id, 0, -points), Leg(LAPSED_ACCOUNT_ID, 0, points)]
        _, rows = transaction_rows(
            kind=TransactionKind.LAPSE, source_id=None, occurred_at=at, at=at, legs=legs
        )
        POST.run(session, {**rows, **lot_use_rows(used, alive_at=None)})
    return len(lots)


def _post(
    session: Session,
    kind: TransactionKind,
    legs: Sequence[Leg],
    at: datetime,
    source_id: uuid.UUID | None,
    lots: Sequence[LotGrant] = (),
) -> uuid.UUID:
    transaction_id, rows = transaction_rows(kind=kind, source_id=source_id, occurred_at=at, at=at, legs=legs)
    POST.run(session, {**rows, **lot_rows(transaction_id, lots, at)})
    return transaction_id


def _refuse_closed(session: Session, account_id: uuid.UUID) -> None:
    closed_at = session.scalars(select(PointsAccount.closed_at).where(PointsAccount.id == account_id)).one()
    if closed_at is not None:
        raise AccountClosed


def _lock_balance(session: Session, account_id: uuid.UUID) -> int:
    """A citizen's balance, of which nobody moves a point until this transaction ends (PostgreSQL)."""
    query = select(PointsBalance.balance_points).where(PointsBalance.account_id == account_id)
    return int(session.scalars(query.with_for_update()).one())


def _slices_of(session: Session, account_id: uuid.UUID) -> dict[int, int]:
    query = select(PointsBalance.slice, PointsBalance.balance_points).where(
        PointsBalance.account_id == account_id
    )
    rows = session.execute(query.with_for_update() if is_locking(session) else query)
    return {number: int(balance) for number, balance in rows}
