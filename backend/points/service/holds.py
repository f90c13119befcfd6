"""Holds: points set aside for a shop, then posted (a part of them at least), voided or expired, once.

Held points stay in the balance and in their lots, and count for nothing else. A lot that expires while held can
still be posted as long as its hold lives: the citizen handed the points over in time.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import is_locking, new_id
from backend.base.errors import Conflict
from backend.points.models import HoldStatus, PointsHold, PointsHoldLot, TransactionKind
from backend.points.queries import HoldRecord, get_hold, list_live_lots, list_spendable_lots
from backend.points.rules import Leg, LotMove, OpenLot, consume_lots
from backend.points.service.movements import PointsInsufficient, lock_balance
from backend.points.sources import list_kept_lots_of_source, list_pending_lots_of_source
from backend.points.writes import POST, Movement, Rows, hold_end_rows, hold_rows, ledger_rows


class HoldClosed(Conflict):
    """It was posted or voided already."""


class HoldExpired(Conflict):
    pass


class HoldExceeded(Conflict):
    """More is to be posted than is held."""


def hold(
    session: Session,
    *,
    account_id: uuid.UUID,
    to_account_id: uuid.UUID,
    points: int,
    expires_at: datetime,
    at: datetime,
) -> uuid.UUID:
    """Set points aside for a shop, first-expiring first. Returns the hold's id. Raises PointsInsufficient."""
    if points < 1 or expires_at <= at:
        raise ValueError("a hold is of at least 1 point and ends later")
    if is_locking(session):
        lock_balance(session, account_id)
    used = consume_lots(list_spendable_lots(session, account_id=account_id, at=at), points)
    if sum(used.values()) < points and expire_holds(session, at=at, account_id=account_id):
        # No job need have run before a citizen can hold anew what an unused hold has kept.
        used = consume_lots(list_spendable_lots(session, account_id=account_id, at=at), points)
    if sum(used.values()) < points:
        raise PointsInsufficient
    hold_id = new_id()
    rows = hold_rows(
        hold_id=hold_id,
        account_id=account_id,
        to_account_id=to_account_id,
        used=used,
        expires_at=expires_at,
        at=at,
    )
    POST.run(session, rows)
    return hold_id


def keep_pending(session: Session, *, account_id: uuid.UUID, source_id: uuid.UUID, at: datetime) -> None:
    """Set aside what a source granted and nobody can spend yet: pending it was, pending it stays until `free_kept`
    frees it, or it expires. Such a hold is for nobody: it names the account itself.
    """
    if is_locking(session):
        lock_balance(session, account_id)
    lots = list_pending_lots_of_source(session, account_id=account_id, source_id=source_id, at=at)
    _keep(session, account_id, lots, at)


def free_kept(
    session: Session, *, account_id: uuid.UUID, source_id: uuid.UUID, at: datetime
) -> list[uuid.UUID]:
    """What was kept of a source is as spendable as it would be now. Returns the lots."""
    kept = list_kept_lots_of_source(session, account_id=account_id, source_id=source_id)
    if kept and is_locking(session):
        lock_balance(session, account_id)
        kept = list_kept_lots_of_source(session, account_id=account_id, source_id=source_id)
    freed = [LotMove(lot.lot_id, held_points=-lot.points) for lot in kept]
    holds = {lot.hold_id for lot in kept}
    POST.run(session, hold_end_rows(holds, HoldStatus.VOIDED, at=at, freed=freed))
    return [lot.lot_id for lot in kept]


def keep_again(
    session: Session, *, account_id: uuid.UUID, lot_ids: Sequence[uuid.UUID], at: datetime
) -> None:
    """What is left of lots that `free_kept` freed, in the same transaction."""
    lots = [lot for lot in list_live_lots(session, account_id=account_id, at=at) if lot.id in lot_ids]
    _keep(session, account_id, lots, at)


def _keep(session: Session, account_id: uuid.UUID, lots: Sequence[OpenLot], at: datetime) -> None:
    if not lots:
        return
    rows = hold_rows(
        hold_id=new_id(),
        account_id=account_id,
        to_account_id=account_id,
        used={lot.id: lot.free_points for lot in lots},
        expires_at=max(lot.expires_at for lot in lots),
        at=at,
    )
    POST.run(session, rows)


def post_hold(
    session: Session, *, hold_id: uuid.UUID, points: int, at: datetime, source_id: uuid.UUID | None = None
) -> uuid.UUID:
    """Spend what is held or a part of it; the rest is free again. Returns the transaction's id.

    Raises HoldNotFound, HoldClosed, HoldExpired, HoldExceeded.
    """
    found = _get_hold(session, hold_id)
    movement = hold_post(found, points=points, at=at, source_id=source_id)
    POST.run(session, {**ledger_rows([movement], at=at), **hold_post_rows(found, points=points, at=at)})
    return movement.id


def hold_post(
    found: HoldRecord, *, points: int, at: datetime, source_id: uuid.UUID | None = None
) -> Movement:
    """The spend of a post, to be written together with `hold_post_rows` in one list.

    Raises HoldClosed, HoldExpired, HoldExceeded.
    """
    if points < 1:
        raise ValueError("points to post are at least 1; nothing is posted by voiding")
    refuse_ended(found, at)
    if points > found.points:
        raise HoldExceeded
    used = consume_lots(found.lots, points)
    return Movement(
        kind=TransactionKind.SPEND,
        legs=[Leg(found.account_id, 0, -points), Leg(found.to_account_id, 0, points)],
        occurred_at=at,
        source_id=source_id,
        lot_moves=[
            LotMove(lot.id, taken_points=used.get(lot.id, 0), held_points=-lot.free_points)
            for lot in found.lots
        ],
    )


def hold_post_rows(found: HoldRecord, *, points: int, at: datetime) -> Rows:
    """What ends the hold; its lots are moved by the spend."""
    return hold_end_rows([found.id], HoldStatus.POSTED, at=at, posted_points=points)


def void_hold(session: Session, *, hold_id: uuid.UUID, at: datetime) -> HoldStatus:
    """Free what is held. Returns how it ended: `expired` if its time was over. Raises HoldNotFound, HoldClosed."""
    found = _get_hold(session, hold_id)
    if found.status is not HoldStatus.HELD:
        raise HoldClosed
    status = HoldStatus.VOIDED if found.expires_at > at else HoldStatus.EXPIRED
    freed = [LotMove(lot.id, held_points=-lot.free_points) for lot in found.lots]
    POST.run(session, hold_end_rows([found.id], status, at=at, freed=freed))
    return status


def expire_holds(
    session: Session, *, at: datetime, limit: int = 500, account_id: uuid.UUID | None = None
) -> int:
    """Free what was held for too long; of one account only, on wish. Returns how many holds ended."""
    query = (
        select(PointsHold.id)
        .where(PointsHold.status == HoldStatus.HELD.value, PointsHold.expires_at <= at)
        .order_by(PointsHold.expires_at)
        .limit(limit)
    )
    if account_id is not None:
        query = query.where(PointsHold.account_id == account_id)
    # What somebody is just ending is left to them.
    hold_ids = session.scalars(query.with_for_update(skip_locked=True)).all()
    lots = session.execute(
        select(PointsHoldLot.lot_id, PointsHoldLot.points).where(PointsHoldLot.hold_id.in_(hold_ids))
    )
    freed = [LotMove(lot_id, held_points=-points) for lot_id, points in lots]
    POST.run(session, hold_end_rows(hold_ids, HoldStatus.EXPIRED, at=at, freed=freed))
    return len(hold_ids)


def refuse_ended(found: HoldRecord, at: datetime) -> None:
    """Raises HoldClosed, HoldExpired; the latter before any job has ended the hold."""
    if found.status is HoldStatus.EXPIRED or (found.status is HoldStatus.HELD and found.expires_at <= at):
        raise HoldExpired
    if found.status is not HoldStatus.HELD:
        raise HoldClosed


def _get_hold(session: Session, hold_id: uuid.UUID) -> HoldRecord:
    found = get_hold(session, hold_id=hold_id)
    if is_locking(session):
        lock_balance(session, found.account_id)
        found = get_hold(session, hold_id=hold_id)
    return found
