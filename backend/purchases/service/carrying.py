"""Purchases of one account carried over to another of the same person; their entries in the ledger stay."""

import uuid

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.people.code_models import JoinedAccount
from backend.people.queries import list_joined_accounts
from backend.points.models import PointsEntry, PointsTransaction
from backend.purchases.models import Checkout, CheckoutStatus, Purchase, Refund


def carry_purchases(session: Session, *, account_id: uuid.UUID, into_account_id: uuid.UUID) -> None:
    """With their refunds, and the sales that tills have open."""
    for model in (Purchase, Refund):
        session.execute(
            update(model)
            .where(model.account_id == account_id)
            .values(account_id=into_account_id)
            .execution_options(synchronize_session=False)
        )
    session.execute(
        update(Checkout)
        .where(Checkout.account_id == account_id, Checkout.status == CheckoutStatus.OPEN.value)
        .values(account_id=into_account_id)
        .execution_options(synchronize_session=False)
    )


def find_former_account(session: Session, *, purchase: Purchase) -> JoinedAccount | None:
    """The account on which the purchase moved points, if it was joined to the citizen's since."""
    joined = {row.account_id: row for row in list_joined_accounts(session, account_id=purchase.account_id)}
    if not joined:
        return None
    query = (
        select(PointsEntry.account_id)
        .join(PointsTransaction, PointsTransaction.id == PointsEntry.transaction_id)
        .where(PointsEntry.account_id.in_(joined), PointsTransaction.source_id == purchase.id)
    )
    found = session.scalar(query.limit(1))
    return joined[found] if found else None
