"""An offer's one photo, as `base.images` encoded it."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.images import Picture
from backend.offers.models import Offer, OfferPhoto, OfferStatus
from backend.offers.queries import OfferPhotoNotFound, lock_offer
from backend.offers.service.offers import OfferClosed


def put_photo(
    session: Session, *, offer_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], picture: Picture, at: datetime
) -> None:
    """In place of the one before. Raises OfferNotFound, OfferClosed."""
    offer = _lock_open(session, offer_id, shop_ids)
    photo = session.get(OfferPhoto, offer_id) or OfferPhoto(offer_id=offer_id)
    photo.content, photo.media_type, photo.etag = picture.content, picture.media_type, picture.etag
    photo.width_pixels, photo.height_pixels = picture.width_pixels, picture.height_pixels
    photo.stored_at = offer.updated_at = at
    session.add(photo)
    session.flush()


def delete_photo(
    session: Session, *, offer_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], at: datetime
) -> None:
    """Raises OfferNotFound, OfferClosed, OfferPhotoNotFound."""
    offer = _lock_open(session, offer_id, shop_ids)
    photo = session.get(OfferPhoto, offer_id)
    if photo is None:
        raise OfferPhotoNotFound
    session.delete(photo)
    offer.updated_at = at
    session.flush()


def _lock_open(session: Session, offer_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> Offer:
    offer = lock_offer(session, offer_id=offer_id, shop_ids=shop_ids)
    if offer.status in (OfferStatus.ENDED, OfferStatus.REMOVED):
        raise OfferClosed
    return offer
