"""Reads about receipts: their photos, and whatever may be the same purchase once more."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.clock import city_day, end_of_city_day, start_of_city_day
from backend.base.database import first_id_at
from backend.base.errors import NotFound
from backend.claims.models import Claim, ClaimKind, ClaimStatus
from backend.claims.queries import ClaimNotFound, ClaimRecord, get_own_claim
from backend.claims.receipt_models import ReceiptPhoto, ReceiptSignature
from backend.claims.rules.receipts import NEAR, Receipt, Statement, are_likely_one
from backend.purchases.models import Purchase

# What nobody holds any more may be stated once more.
GONE = (ClaimStatus.DRAFT.value, ClaimStatus.WITHDRAWN.value)


class ReceiptPhotoNotFound(NotFound):
    """Not there, removed after the decision, or not the caller's."""


@dataclass(frozen=True, slots=True)
class PhotoInfo:
    """A photo without its content; `is_kept`: it can still be looked at."""

    number: int
    media_type: str
    etag: str
    is_kept: bool


def receipt_of(claim: Claim) -> Receipt:
    """As it was stated. Raises ClaimNotFound for a claim of another kind; empty once its person has left."""
    if claim.kind != ClaimKind.RECEIPT:
        raise ClaimNotFound
    document = claim.evidence.get("receipt")
    return Receipt.from_json(document) if document else Receipt()


def get_own_receipt(session: Session, *, claim_id: uuid.UUID, account_id: uuid.UUID) -> ClaimRecord:
    """Raises ClaimNotFound, also for a claim of another kind."""
    found = get_own_claim(session, account_id=account_id, claim_id=claim_id)
    if found.claim.kind != ClaimKind.RECEIPT:
        raise ClaimNotFound
    return found


def count_drafts(session: Session, *, account_id: uuid.UUID) -> int:
    """Of receipts."""
    query = select(func.count()).where(
        Claim.account_id == account_id,
        Claim.kind == ClaimKind.RECEIPT.value,
        Claim.status == ClaimStatus.DRAFT.value,
    )
    return session.scalar(query) or 0


def list_photos(session: Session, *, claim_id: uuid.UUID) -> Sequence[PhotoInfo]:
    """By number."""
    query = (
        select(
            ReceiptPhoto.number,
            ReceiptPhoto.media_type,
            ReceiptPhoto.etag,
            ReceiptPhoto.content.is_not(None),
        )
        .where(ReceiptPhoto.claim_id == claim_id)
        .order_by(ReceiptPhoto.number)
    )
    return [PhotoInfo(*row) for row in session.execute(query)]


def get_photo(session: Session, *, claim_id: uuid.UUID, number: int) -> PhotoInfo:
    """Raises ReceiptPhotoNotFound."""
    for photo in list_photos(session, claim_id=claim_id):
        if photo.number == number and photo.is_kept:
            return photo
    raise ReceiptPhotoNotFound


def list_photo_contents(session: Session, *, claim_id: uuid.UUID) -> Sequence[bytes]:
    """Those that are kept, by number."""
    query = select(ReceiptPhoto.content).where(
        ReceiptPhoto.claim_id == claim_id, ReceiptPhoto.content.is_not(None)
    )
    return [content for content in session.scalars(query.order_by(ReceiptPhoto.number)) if content]


def get_photo_content(session: Session, *, claim_id: uuid.UUID, number: int) -> bytes:
    """Raises ReceiptPhotoNotFound."""
    photo = session.get(ReceiptPhoto, (claim_id, number))
    if photo is None or photo.content is None:
        raise ReceiptPhotoNotFound
    return photo.content


def find_taken_signature(
    session: Session, *, signatures: Collection[bytes], claim_id: uuid.UUID
) -> uuid.UUID | None:
    """Another claim that has one of them."""
    query = select(ReceiptSignature.claim_id).where(
        ReceiptSignature.signature.in_(signatures), ReceiptSignature.claim_id != claim_id
    )
    return session.scalar(query.limit(1)) if signatures else None


def list_likely_claims(session: Session, *, claim: Claim, receipt: Receipt) -> Sequence[uuid.UUID]:
    """Claims of receipts, anybody's, that may be of the same purchase: same shop, city's day and amount."""
    if claim.done_at is None:
        return []
    on = city_day(claim.done_at)
    query = select(Claim).where(
        Claim.shop_id == claim.shop_id,
        Claim.id >= first_id_at(start_of_city_day(on)),  # a purchase is claimed after it was done
        Claim.id != claim.id,
        Claim.kind == ClaimKind.RECEIPT.value,
        Claim.status.not_in(GONE),
        Claim.amount_yen == claim.amount_yen,
        Claim.done_at >= start_of_city_day(on),
        Claim.done_at < end_of_city_day(on),
    )
    stated = Statement(receipt.receipt_number, claim.done_at)
    return [
        other.id
        for other in session.scalars(query.order_by(Claim.id))
        if other.done_at
        and are_likely_one(stated, Statement(receipt_of(other).receipt_number, other.done_at))
    ]


def list_likely_purchases(session: Session, *, claim: Claim) -> Sequence[uuid.UUID]:
    """Recorded at a till, by anybody, about then, at the same shop, of the same amount."""
    if claim.done_at is None:
        return []
    since: datetime = claim.done_at - NEAR
    query = select(Purchase.id).where(
        Purchase.shop_id == claim.shop_id,
        Purchase.id >= first_id_at(since),
        Purchase.amount_yen == claim.amount_yen,
        Purchase.done_at.between(since, claim.done_at + NEAR),
        Purchase.claim_id.is_(None),
    )
    return session.scalars(query.order_by(Purchase.id)).all()


def list_claims_with_photos_of(session: Session, *, claim_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Other claims that were handed in with one of the very same photos."""
    own = select(ReceiptPhoto.etag).where(ReceiptPhoto.claim_id == claim_id)
    query = (
        select(ReceiptPhoto.claim_id)
        .join(Claim, Claim.id == ReceiptPhoto.claim_id)
        .where(
            ReceiptPhoto.etag.in_(own),
            ReceiptPhoto.claim_id != claim_id,
            Claim.status.not_in(GONE),
        )
    )
    return session.scalars(query.distinct().order_by(ReceiptPhoto.claim_id)).all()
