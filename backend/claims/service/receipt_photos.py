"""Photos of a receipt, as `base.images` encodes them: put to a draft, shown to those who decide."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.errors import Refused
from backend.base.images import Picture, read_picture
from backend.claims.models import ActorKind, ClaimAct, ClaimStatus
from backend.claims.queries import ClaimNotFound, lock_claim
from backend.claims.receipt_models import ReceiptPhoto
from backend.claims.receipt_queries import PhotoInfo, ReceiptPhotoNotFound, get_photo
from backend.claims.rules.receipts import PHOTOS_MAX
from backend.claims.service.receipts import lock_draft
from backend.claims.service.recording import Actor, note_event

# A receipt is long and thin, and its letters are small.
EDGE_MAX_PIXELS = 2400
KEPT_MAX_BYTES = 600_000


class ReceiptPhotoNumberInvalid(Refused):
    """Photos are numbered from 1 to `maximum`."""


def read_receipt_photo(sent: bytes) -> Picture:
    """Raises ImageTooLarge, ImageUnreadable."""
    return read_picture(sent, edge_max_pixels=EDGE_MAX_PIXELS, kept_max_bytes=KEPT_MAX_BYTES)


def put_photo(
    session: Session,
    *,
    claim_id: uuid.UUID,
    account_id: uuid.UUID,
    number: int,
    picture: Picture,
    at: datetime,
) -> None:
    """In place of the one before. Raises ClaimNotFound, ClaimNotDraft, ReceiptPhotoNumberInvalid."""
    if not 1 <= number <= PHOTOS_MAX:
        raise ReceiptPhotoNumberInvalid(field="number", maximum=PHOTOS_MAX)
    claim = lock_draft(session, claim_id=claim_id, account_id=account_id)
    assert claim.citizen_id is not None  # noqa: S101 (it is the caller's)
    photo = session.get(ReceiptPhoto, (claim_id, number)) or ReceiptPhoto(claim_id=claim_id, number=number)
    photo.citizen_id, photo.content, photo.removed_at = claim.citizen_id, picture.content, None
    photo.media_type, photo.etag = picture.media_type, picture.etag
    photo.width_pixels, photo.height_pixels = picture.width_pixels, picture.height_pixels
    photo.stored_at = at
    session.add(photo)
    session.flush()


def delete_photo(session: Session, *, claim_id: uuid.UUID, account_id: uuid.UUID, number: int) -> None:
    """Raises ClaimNotFound, ClaimNotDraft, ReceiptPhotoNotFound."""
    lock_draft(session, claim_id=claim_id, account_id=account_id)
    photo = session.get(ReceiptPhoto, (claim_id, number))
    if photo is None:
        raise ReceiptPhotoNotFound
    session.delete(photo)
    session.flush()


def look_at_photo(
    session: Session, *, claim_id: uuid.UUID, number: int, staff_id: uuid.UUID, at: datetime
) -> PhotoInfo:
    """By somebody of the city, which is written down. Raises ClaimNotFound, ReceiptPhotoNotFound."""
    claim = lock_claim(session, claim_id=claim_id)
    if claim.status == ClaimStatus.DRAFT:
        raise ClaimNotFound  # it was not handed in
    photo = get_photo(session, claim_id=claim_id, number=number)
    actor = Actor(ActorKind.CITY, staff_id)
    note_event(session, claim=claim, act=ClaimAct.READ, actor=actor, code=f"photo_{number}", at=at)
    session.flush()
    return photo
