"""Offers, coupons and pictures, through the services that make them."""

import io
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from PIL import Image
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.base.images import read_picture
from backend.offers.models import BenefitKind, Coupon, Offer
from backend.offers.rules import OfferTerms
from backend.offers.service.coupons import take_coupon
from backend.offers.service.offers import OfferDraft, draft_offer, publish_offer
from backend.offers.service.photos import put_photo
from tests.factories.people import SignedInCitizen

DAY = timedelta(days=1)


def terms(**terms: Any) -> OfferTerms:
    """50 yen off unless told otherwise."""
    return OfferTerms(**{"kind": BenefitKind.DISCOUNT, **(terms or {"discount_yen": 50})})


def make_draft(
    session: Session,
    *,
    shop_id: uuid.UUID,
    at: datetime,
    name_ja: str = "秋鮭 50円引き",
    shop_ids: Sequence[uuid.UUID] = (),
    benefit: Mapping[str, Any] | None = None,
    **draft: Any,
) -> Offer:
    """Shown since yesterday for a week more, good for a month; good at its own shop only."""
    values: dict[str, Any] = {
        "names": {"ja": name_ja},
        "descriptions": {},
        "displayed_from": at - DAY,
        "displayed_until": at + 7 * DAY,
        "usable_from": at - DAY,
        "usable_until": at + 30 * DAY,
    }
    made = OfferDraft(**values | draft, terms=terms(**(benefit or {})), shop_ids=list(shop_ids) or [shop_id])
    return draft_offer(session, shop_id=shop_id, draft=made, created_by=None, at=at)


def make_offer(session: Session, *, shop_id: uuid.UUID, at: datetime, **draft: Any) -> Offer:
    """Published; `draft` as `make_draft` takes it."""
    offer = make_draft(session, shop_id=shop_id, at=at, **draft)
    return publish_offer(session, offer_id=offer.id, shop_ids=[shop_id], at=at)


def list_for_members(session: Session, *, offer_id: uuid.UUID) -> None:
    """Make an offer one for members of some list."""
    session.execute(update(Offer).where(Offer.id == offer_id).values(member_list_id=uuid.UUID(int=1)))


def make_coupon(session: Session, *, offer_id: uuid.UUID, citizen: SignedInCitizen, at: datetime) -> Coupon:
    return take_coupon(
        session, offer_id=offer_id, citizen_id=citizen.id, account_id=citizen.account_id, at=at
    )


def make_photo(session: Session, *, offer: Offer, at: datetime) -> None:
    picture = read_picture(encoded(64, 48))
    put_photo(session, offer_id=offer.id, shop_ids=[offer.shop_id], picture=picture, at=at)


def encoded(width: int, height: int, kind: str = "JPEG", colour: str = "teal", **options: Any) -> bytes:
    """A picture of one colour, as a file."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind, **options)
    return file.getvalue()
