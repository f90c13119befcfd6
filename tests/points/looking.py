"""What tests of the ledger look at, straight in its tables."""

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.points.models import PointsEntry, PointsLot

DAY = timedelta(days=1)


def lots_left(session: Session, purse: uuid.UUID) -> list[int]:
    """What the lots still hold, in the order in which they end."""
    query = (
        select(PointsLot.remaining_points)
        .where(PointsLot.account_id == purse)
        .order_by(PointsLot.expires_at, PointsLot.id)
    )
    return list(session.scalars(query))


def entries_of(session: Session, transaction_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Account → points, of a transaction that touches each account once."""
    query = select(PointsEntry.account_id, PointsEntry.amount_points)
    return dict(session.execute(query.where(PointsEntry.transaction_id == transaction_id)).all())
