"""What a purchase moved in the ledger, found again by the id that its transactions carry."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.points.models import (
    HoldStatus,
    PointsEntry,
    PointsHold,
    PointsHoldLot,
    PointsLot,
    PointsTransaction,
    TransactionKind,
)
from backend.points.rules import OpenLot


@dataclass(frozen=True, slots=True)
class SourceLot:
    """What one budget granted for it."""

    id: uuid.UUID
    funding_account_id: uuid.UUID
    granted_points: int


def list_lots_of_source(
    session: Session, *, account_id: uuid.UUID, source_id: uuid.UUID
) -> Sequence[SourceLot]:
    """In the order of their ids. The account's own entries lead to the transaction, for no index does."""
    query = (
        select(PointsLot.id, PointsLot.funding_account_id, PointsLot.granted_points)
        .join(PointsTransaction, PointsTransaction.id == PointsLot.transaction_id)
        .join(PointsEntry, PointsEntry.transaction_id == PointsTransaction.id)
        .where(
            PointsEntry.account_id == account_id,
            PointsTransaction.source_id == source_id,
            PointsTransaction.kind == TransactionKind.GRANT.value,
        )
        .order_by(PointsLot.id)
        .distinct()
    )
    return [SourceLot(*row) for row in session.execute(query)]


def list_pending_lots_of_source(
    session: Session, *, account_id: uuid.UUID, source_id: uuid.UUID, at: datetime
) -> Sequence[OpenLot]:
    """Alive, not spendable yet, and not held whole."""
    granted = [lot.id for lot in list_lots_of_source(session, account_id=account_id, source_id=source_id)]
    free = PointsLot.remaining_points - PointsLot.held_points
    query = (
        select(PointsLot.id, free, PointsLot.expires_at)
        .where(PointsLot.id.in_(granted), free > 0, PointsLot.spendable_at > at, PointsLot.expires_at > at)
        .order_by(PointsLot.id)
    )
    return [OpenLot(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class KeptLot:
    """So many points of a lot are kept by a hold for nobody."""

    hold_id: uuid.UUID
    lot_id: uuid.UUID
    points: int


def list_kept_lots_of_source(
    session: Session, *, account_id: uuid.UUID, source_id: uuid.UUID
) -> Sequence[KeptLot]:
    """In the order of their ids."""
    granted = [lot.id for lot in list_lots_of_source(session, account_id=account_id, source_id=source_id)]
    query = (
        select(PointsHoldLot.hold_id, PointsHoldLot.lot_id, PointsHoldLot.points)
        .join(PointsHold, PointsHold.id == PointsHoldLot.hold_id)
        .where(
            PointsHold.account_id == account_id,
            PointsHold.to_account_id == account_id,
            PointsHold.status == HoldStatus.HELD.value,
            PointsHoldLot.lot_id.in_(granted),
        )
        .order_by(PointsHoldLot.lot_id)
    )
    return [KeptLot(*row) for row in session.execute(query)]


def get_spend_of_source(session: Session, *, account_id: uuid.UUID, source_id: uuid.UUID) -> uuid.UUID:
    """The transaction in which the account paid for it."""
    query = (
        select(PointsTransaction.id)
        .join(PointsEntry, PointsEntry.transaction_id == PointsTransaction.id)
        .where(
            PointsEntry.account_id == account_id,
            PointsTransaction.source_id == source_id,
            PointsTransaction.kind == TransactionKind.SPEND.value,
        )
    )
    return session.scalars(query).one()
