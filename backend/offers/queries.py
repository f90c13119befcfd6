"""Reads of offers as shops and the city keep them, of photos and of a citizen's coupons.

Citizens find offers by `browsing`; what a purchase needs of coupons stands in `redeeming`.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.offers.models import Coupon, Offer, OfferPhoto, OfferShop, OfferStatus, OfferTag
from backend.offers.rules import Redeemable, terms_of
from backend.organisations.models import Shop


class OfferNotFound(NotFound):
    """Not there, not shown to citizens, or not the caller's."""


class OfferPhotoNotFound(NotFound):
    pass


class CouponNotFound(NotFound):
    """Not there, or somebody else's."""


# --- Offers as shops and the city keep them ---


@dataclass(frozen=True, slots=True)
class OfferDescription:
    """An offer with all that belongs to it, and what became of its coupons."""

    offer: Offer
    shop: Shop
    shop_ids: Sequence[uuid.UUID]
    tags: Sequence[str]
    photo_etag: str | None
    taken_count: int
    redeemed_count: int


_DESCRIBED = (
    select(Offer, Shop, OfferPhoto.etag.label("photo_etag"))
    .join(Shop, Shop.id == Offer.shop_id)
    .outerjoin(OfferPhoto, OfferPhoto.offer_id == Offer.id)
)


def lock_offer(
    session: Session, *, offer_id: uuid.UUID, shop_ids: Sequence[uuid.UUID] | None = None
) -> Offer:
    """For changing it: of the shops, or (None) anybody's. Raises OfferNotFound."""
    query = select(Offer).where(Offer.id == offer_id)
    if shop_ids is not None:
        query = query.where(Offer.shop_id.in_(shop_ids))
    found = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise OfferNotFound
    return found


def get_offer_of_shops(
    session: Session, *, offer_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]
) -> OfferDescription:
    """One that is theirs or good at one of them, whatever its status. Raises OfferNotFound."""
    query = _DESCRIBED.where(Offer.id == offer_id, _concerns(shop_ids))
    return _describe_one(session, query)


def get_offer_for_city(session: Session, *, offer_id: uuid.UUID) -> OfferDescription:
    """Anybody's but a draft. Raises OfferNotFound."""
    query = _DESCRIBED.where(Offer.id == offer_id, Offer.status != OfferStatus.DRAFT)
    return _describe_one(session, query)


def list_offers_of_shop(
    session: Session, *, shop_id: uuid.UUID, status: OfferStatus | None, page: PageRequest
) -> Page[OfferDescription]:
    """The shop's own and those good at it, newest first. Four queries."""
    return _list_described(session, _DESCRIBED.where(_concerns([shop_id])), status, page)


def list_offers_for_city(
    session: Session, *, status: OfferStatus | None, page: PageRequest
) -> Page[OfferDescription]:
    """All but drafts, newest first. Four queries."""
    return _list_described(session, _DESCRIBED.where(Offer.status != OfferStatus.DRAFT), status, page)


def _concerns(shop_ids: Sequence[uuid.UUID]) -> Any:
    good_there = exists().where(OfferShop.offer_id == Offer.id, OfferShop.shop_id.in_(shop_ids))
    return or_(Offer.shop_id.in_(shop_ids), good_there)


def _list_described(
    session: Session, query: Select[*tuple[Any, ...]], status: OfferStatus | None, page: PageRequest
) -> Page[OfferDescription]:
    query = query.order_by(Offer.id.desc()).limit(page.limit + 1)
    if status is not None:
        query = query.where(Offer.status == status)
    if after := page.after(uuid.UUID):
        query = query.where(Offer.id < after[0])
    found = make_page(session.execute(query).all(), page, lambda row: str(row.Offer.id))
    return Page(_describe(session, found.items), found.next_cursor)


def _describe_one(session: Session, query: Select[*tuple[Any, ...]]) -> OfferDescription:
    rows = session.execute(query.execution_options(populate_existing=True)).all()
    if not rows:
        raise OfferNotFound
    return _describe(session, rows)[0]


def _describe(session: Session, rows: Sequence[Any]) -> list[OfferDescription]:
    offer_ids = [row.Offer.id for row in rows]
    shops, tags = list_shop_ids(session, offer_ids=offer_ids), list_tags(session, offer_ids=offer_ids)
    counts = _count_coupons(session, offer_ids)
    return [
        OfferDescription(
            row.Offer,
            row.Shop,
            shops[row.Offer.id],
            tags[row.Offer.id],
            row.photo_etag,
            *counts.get(row.Offer.id, (0, 0)),
        )
        for row in rows
    ]


def list_shop_ids(
    session: Session, *, offer_ids: Sequence[uuid.UUID]
) -> defaultdict[uuid.UUID, list[uuid.UUID]]:
    """Offer → where it is good."""
    found: defaultdict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    query = select(OfferShop.offer_id, OfferShop.shop_id).where(OfferShop.offer_id.in_(offer_ids))
    for offer_id, shop_id in session.execute(query.order_by(OfferShop.shop_id)) if offer_ids else ():
        found[offer_id].append(shop_id)
    return found


def list_tags(session: Session, *, offer_ids: Sequence[uuid.UUID]) -> defaultdict[uuid.UUID, list[str]]:
    """Offer → its tags."""
    found: defaultdict[uuid.UUID, list[str]] = defaultdict(list)
    query = select(OfferTag.offer_id, OfferTag.tag).where(OfferTag.offer_id.in_(offer_ids))
    for offer_id, tag in session.execute(query.order_by(OfferTag.tag)) if offer_ids else ():
        found[offer_id].append(tag)
    return found


def _count_coupons(session: Session, offer_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, tuple[int, int]]:
    """Offer → how many coupons were taken, how many of them redeemed."""
    if not offer_ids:
        return {}
    query = (
        select(Coupon.offer_id, func.count(), func.count(Coupon.redeemed_at))
        .where(Coupon.offer_id.in_(offer_ids))
        .group_by(Coupon.offer_id)
    )
    return {offer_id: (taken, redeemed) for offer_id, taken, redeemed in session.execute(query)}


# --- Photos ---


@dataclass(frozen=True, slots=True)
class PhotoCard:
    """A photo without its bytes, which a phone that has them already does not need."""

    offer_id: uuid.UUID
    media_type: str
    etag: str


_PHOTO = select(OfferPhoto.offer_id, OfferPhoto.media_type, OfferPhoto.etag).join(
    Offer, Offer.id == OfferPhoto.offer_id
)


def get_public_photo(session: Session, *, offer_id: uuid.UUID, at: datetime) -> PhotoCard:
    """Of an offer that citizens have been shown and the city has nothing against. Raises OfferPhotoNotFound."""
    shown = and_(
        Offer.status.in_((OfferStatus.PUBLISHED, OfferStatus.ENDED)),
        Offer.published_at.is_not(None),
        Offer.displayed_from <= at,
    )
    return _photo_card(session, _PHOTO.where(Offer.id == offer_id, shown))


def get_photo_of_shops(session: Session, *, offer_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> PhotoCard:
    """Raises OfferPhotoNotFound."""
    return _photo_card(session, _PHOTO.where(Offer.id == offer_id, _concerns(shop_ids)))


def get_photo_for_city(session: Session, *, offer_id: uuid.UUID) -> PhotoCard:
    """Raises OfferPhotoNotFound."""
    return _photo_card(session, _PHOTO.where(Offer.id == offer_id, Offer.status != OfferStatus.DRAFT))


def _photo_card(session: Session, query: Select[*tuple[Any, ...]]) -> PhotoCard:
    row = session.execute(query).first()
    if row is None:
        raise OfferPhotoNotFound
    return PhotoCard(row.offer_id, row.media_type, row.etag)


def get_photo_content(session: Session, *, offer_id: uuid.UUID) -> bytes:
    return session.scalars(select(OfferPhoto.content).where(OfferPhoto.offer_id == offer_id)).one()


# --- Coupons ---


@dataclass(frozen=True, slots=True)
class CouponCard:
    """A coupon as its owner sees it. `shop`: the offer's owner."""

    coupon: Coupon
    offer: Offer
    shop: Shop
    photo_etag: str | None
    redeemable: Redeemable


_CARD = (
    select(Coupon, Offer, Shop, OfferPhoto.etag.label("photo_etag"))
    .join(Offer, Offer.id == Coupon.offer_id)
    .join(Shop, Shop.id == Offer.shop_id)
    .outerjoin(OfferPhoto, OfferPhoto.offer_id == Offer.id)
)


def get_coupon(session: Session, *, coupon_id: uuid.UUID, account_id: uuid.UUID) -> CouponCard:
    """Only the account's own. Raises CouponNotFound."""
    query = _CARD.where(Coupon.id == coupon_id, Coupon.account_id == account_id)
    row = session.execute(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise CouponNotFound
    return _card(row)


def list_coupons(
    session: Session, *, account_id: uuid.UUID, only_usable: bool, at: datetime, page: PageRequest
) -> Page[CouponCard]:
    """Newest first. `only_usable`: now or later. One query."""
    query = _CARD.where(Coupon.account_id == account_id).order_by(Coupon.id.desc()).limit(page.limit + 1)
    if only_usable:
        query = query.where(
            Coupon.redeemed_at.is_(None),
            Offer.status.in_((OfferStatus.PUBLISHED, OfferStatus.ENDED)),
            or_(Coupon.usable_until > at, Offer.usable_until > at),
        )
    if after := page.after(uuid.UUID):
        query = query.where(Coupon.id < after[0])
    found = make_page(session.execute(query).all(), page, lambda row: str(row.Coupon.id))
    return Page([_card(row) for row in found.items], found.next_cursor)


def _card(row: Any) -> CouponCard:
    coupon, offer = row.Coupon, row.Offer
    redeemable = Redeemable(
        coupon_id=coupon.id,
        offer_id=offer.id,
        account_id=coupon.account_id,
        offer_status=offer.status,
        terms=terms_of(offer),
        shop_ids=frozenset(),
        usable_from=offer.usable_from,
        usable_until=max(coupon.usable_until, offer.usable_until),
        redeemed_at=coupon.redeemed_at,
    )
    return CouponCard(coupon, offer, row.Shop, row.photo_etag, redeemable)
