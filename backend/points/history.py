"""Balances of past moments, from the entries that had been recorded by then."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from backend.base.errors import Refused
from backend.points.models import PointsEntry, PointsTransaction


class MomentInFuture(Refused):
    """Only what has been can be told."""


def refuse_future(moment: datetime, *, at: datetime) -> None:
    """Raises MomentInFuture."""
    if moment > at:
        raise MomentInFuture(field="at")


def get_balance_at(session: Session, *, account_id: uuid.UUID, at: datetime) -> int:
    """All that the account held: spendable, pending, and what was over but not yet taken off.

    Along the account's entries. The moment of recording decides, not the order of ids: two servers' clocks
    may differ by more than lies between two transactions.
    """
    total = (
        select(cast(func.coalesce(func.sum(PointsEntry.amount_points), 0), BigInteger))
        .join(PointsTransaction, PointsTransaction.id == PointsEntry.transaction_id)
        .where(PointsEntry.account_id == account_id, PointsTransaction.recorded_at <= at)
    )
    return int(session.scalars(total).one())
