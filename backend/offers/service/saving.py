"""Offers that a citizen wants to find again."""

import uuid
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.offers.browsing import is_displayed
from backend.offers.models import Offer, SavedOffer
from backend.offers.queries import OfferNotFound
from backend.organisations.models import Shop


def save_offer(session: Session, *, offer_id: uuid.UUID, citizen_id: uuid.UUID, at: datetime) -> None:
    """Saving twice is saving once. Raises OfferNotFound."""
    if session.get(SavedOffer, (citizen_id, offer_id)):
        return
    query = select(Offer.id).join(Shop, Shop.id == Offer.shop_id)
    if session.scalar(query.where(Offer.id == offer_id, is_displayed(citizen_id, at))) is None:
        raise OfferNotFound
    session.add(SavedOffer(citizen_id=citizen_id, offer_id=offer_id, saved_at=at))
    session.flush()


def forget_offer(session: Session, *, offer_id: uuid.UUID, citizen_id: uuid.UUID) -> None:
    """Forgetting what was not saved is no error."""
    session.execute(
        delete(SavedOffer).where(SavedOffer.offer_id == offer_id, SavedOffer.citizen_id == citizen_id)
    )
