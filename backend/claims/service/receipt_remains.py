"""What is left of a receipt: its photos go once nobody needs to look; what was not accepted may be stated anew."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from backend.claims.models import Claim, ClaimKind, ClaimStatus
from backend.claims.receipt_models import ReceiptPhoto, ReceiptSignature
from backend.claims.terms import ClaimTerms

ACCEPTED = (ClaimStatus.ACCEPTED.value, ClaimStatus.PARTLY_ACCEPTED.value)


def release_receipt(session: Session, *, claim_id: uuid.UUID) -> None:
    """Of a claim that was withdrawn: as if it had never been handed in."""
    session.execute(delete(ReceiptSignature).where(ReceiptSignature.claim_id == claim_id))
    session.execute(delete(ReceiptPhoto).where(ReceiptPhoto.claim_id == claim_id))


def tidy_receipts(session: Session, *, terms: ClaimTerms, at: datetime, limit: int = 100) -> int:
    """Remove photos that nobody needs any more, and free receipts that were rejected for good. Returns how many.

    A rejection is for good once its appeal was decided, or the time to appeal is over; other decisions at once. A
    draft that is older than anything that may be claimed keeps no photo either.
    """
    rejected = _rejected_for_good(terms, at)
    oldest = at - timedelta(hours=terms.kinds[ClaimKind.RECEIPT].window_hours)
    stale = and_(Claim.status == ClaimStatus.DRAFT.value, Claim.created_at <= oldest)
    shown = exists().where(ReceiptPhoto.claim_id == Claim.id, ReceiptPhoto.content.is_not(None))
    held = exists().where(ReceiptSignature.claim_id == Claim.id)
    unneeded = _lock(session, shown, or_(Claim.status.in_(ACCEPTED), rejected, stale), limit)
    photos = update(ReceiptPhoto).where(
        ReceiptPhoto.claim_id.in_(unneeded), ReceiptPhoto.content.is_not(None)
    )
    session.execute(photos.values(content=None, removed_at=at))
    freed = _lock(session, held, rejected, limit)
    session.execute(delete(ReceiptSignature).where(ReceiptSignature.claim_id.in_(freed)))
    return max(len(unneeded), len(freed))


def _rejected_for_good(terms: ClaimTerms, at: datetime) -> ColumnElement[bool]:
    is_over = Claim.decided_at <= at - timedelta(days=terms.appeal_days)
    return and_(Claim.status == ClaimStatus.REJECTED.value, or_(Claim.appealed_at.is_not(None), is_over))


def _lock(
    session: Session, concerned: ColumnElement[bool], is_due: ColumnElement[bool], limit: int
) -> list[uuid.UUID]:
    """Those whom nobody is just changing."""
    query = (
        select(Claim.id)
        .where(Claim.kind == ClaimKind.RECEIPT.value, concerned, is_due)
        .order_by(Claim.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))
