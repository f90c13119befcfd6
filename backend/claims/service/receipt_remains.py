"""What is left of a receipt: its photos go once nobody needs to look; what was not accepted may be stated anew."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from backend.claims.models import Claim, ClaimAct, ClaimKind, ClaimStatus
from backend.claims.receipt_models import ReceiptPhoto, ReceiptSignature
from backend.claims.service.recording import RULE, note_event
from backend.claims.terms import ClaimTerms

ACCEPTED = (ClaimStatus.ACCEPTED.value, ClaimStatus.PARTLY_ACCEPTED.value)


def release_receipt(session: Session, *, claim_id: uuid.UUID) -> None:
    """Of a claim that was withdrawn: as if it had never been handed in."""
    session.execute(delete(ReceiptSignature).where(ReceiptSignature.claim_id == claim_id))
    session.execute(delete(ReceiptPhoto).where(ReceiptPhoto.claim_id == claim_id))


def tidy_receipts(session: Session, *, terms: ClaimTerms, at: datetime, limit: int = 100) -> int:
    """Remove photos that nobody needs any more, free receipts that were rejected for good, and withdraw drafts
    older than anything that may be claimed. Returns how many at most of one kind.

    A rejection is for good once its appeal was decided, or the time to appeal is over; other decisions at once.
    """
    unneeded = [claim.id for claim in _lock(session, _with_unneeded_photos(terms, at), limit)]
    photos = update(ReceiptPhoto).where(
        ReceiptPhoto.claim_id.in_(unneeded), ReceiptPhoto.content.is_not(None)
    )
    session.execute(photos.values(content=None, removed_at=at))
    freed = [claim.id for claim in _lock(session, _held_in_vain(terms, at), limit)]
    session.execute(delete(ReceiptSignature).where(ReceiptSignature.claim_id.in_(freed)))
    stale = _lock(session, _stale_drafts(terms, at), limit)
    for claim in stale:
        claim.status = ClaimStatus.WITHDRAWN.value
        release_receipt(session, claim_id=claim.id)
        note_event(session, claim=claim, act=ClaimAct.WITHDRAWN, actor=RULE, at=at)
    session.flush()
    return max(len(unneeded), len(freed), len(stale))


def has_untidy_receipt(session: Session, *, terms: ClaimTerms, at: datetime) -> bool:
    due = (_with_unneeded_photos(terms, at), _held_in_vain(terms, at), _stale_drafts(terms, at))
    return any(session.scalar(select(exists(query.with_only_columns(Claim.id)))) for query in due)


def _with_unneeded_photos(terms: ClaimTerms, at: datetime) -> Select[Claim]:
    kept = exists().where(ReceiptPhoto.claim_id == Claim.id, ReceiptPhoto.content.is_not(None))
    return select(Claim).where(kept, or_(Claim.status.in_(ACCEPTED), _is_rejected_for_good(terms, at)))


def _held_in_vain(terms: ClaimTerms, at: datetime) -> Select[Claim]:
    held = exists().where(ReceiptSignature.claim_id == Claim.id)
    return select(Claim).where(held, _is_rejected_for_good(terms, at))


def _stale_drafts(terms: ClaimTerms, at: datetime) -> Select[Claim]:
    oldest = at - timedelta(hours=terms.kinds[ClaimKind.RECEIPT].window_hours)
    return select(Claim).where(
        Claim.kind == ClaimKind.RECEIPT.value,
        Claim.status == ClaimStatus.DRAFT.value,
        Claim.created_at <= oldest,
    )


def _is_rejected_for_good(terms: ClaimTerms, at: datetime) -> ColumnElement[bool]:
    is_over = Claim.decided_at <= at - timedelta(days=terms.appeal_days)
    return and_(Claim.status == ClaimStatus.REJECTED.value, or_(Claim.appealed_at.is_not(None), is_over))


def _lock(session: Session, query: Select[Claim], limit: int) -> Sequence[Claim]:
    """Those whom nobody is just changing."""
    query = query.order_by(Claim.id).limit(limit).with_for_update(skip_locked=True, of=Claim)
    return session.scalars(query.execution_options(populate_existing=True)).all()
