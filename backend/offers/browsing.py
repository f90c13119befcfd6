"""Offers as citizens find them: only what is shown now, by shops that take part."""

import math
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from backend.base.database import UtcDateTime
from backend.base.pages import Page, PageRequest, aware_moment, make_page
from backend.offers.members import on_member_list
from backend.offers.models import (
    Offer,
    OfferPhoto,
    OfferShop,
    OfferStatus,
    OfferTag,
    SavedOffer,
)
from backend.offers.queries import OfferNotFound, list_tags
from backend.organisations.models import Product, Shop, ShopStatus
from backend.organisations.queries import contains_words, distance_squared_to, in_box
from backend.organisations.rules import Circle
from backend.organisations.texts import normalise_tag

ENDING_SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class OfferFilters:
    """All that are given must hold, those of a place for one and the same shop where the offer is good.

    `near` also sorts by distance; `ending_soon`: shown for three days more at most, the soonest first.
    """

    text: str | None = None
    tag: str | None = None
    rings: Sequence[str] | None = None
    district: str | None = None
    shop_id: uuid.UUID | None = None
    near: Circle | None = None
    ending_soon: bool = False


@dataclass(frozen=True, slots=True)
class FoundOffer:
    """`shop`: the owner. `distance_metres` of the nearest shop where it is good, from the point searched around."""

    offer: Offer
    shop: Shop
    tags: Sequence[str]
    photo_etag: str | None
    is_saved: bool
    distance_metres: float | None = None


@dataclass(frozen=True, slots=True)
class OfferDetail:
    """`shops`: where it is good. `product`: the one it is about."""

    found: FoundOffer
    shops: Sequence[Shop]
    product: Product | None


def list_offers(
    session: Session, *, filters: OfferFilters, citizen_id: uuid.UUID | None, at: datetime, page: PageRequest
) -> Page[FoundOffer]:
    """Nearest first where a point is given, else the soonest to end or the newest first. Two queries."""
    places = _places(filters)
    query = (
        _offers(citizen_id)
        .add_columns(places.c.distance_squared)
        .join(places, places.c.offer_id == Offer.id)
        .where(is_displayed(citizen_id, at), *contains_words(Offer.search_text, filters.text))
        .limit(page.limit + 1)
    )
    if filters.tag is not None:
        tagged = OfferTag.offer_id == Offer.id, OfferTag.tag == normalise_tag(filters.tag)
        query = query.where(exists().where(*tagged))
    if filters.ending_soon:
        query = query.where(Offer.displayed_until <= at + ENDING_SOON)
    if filters.near:
        found = _nearest_first(session, query, places.c.distance_squared, page)
    elif filters.ending_soon:
        found = _soonest_first(session, query, page)
    else:
        found = _newest_first(session, query, page)
    tags = list_tags(session, offer_ids=[row.Offer.id for row in found.items])
    return Page([_found(row, tags[row.Offer.id]) for row in found.items], found.next_cursor)


def get_displayed_offer(
    session: Session, *, offer_id: uuid.UUID, citizen_id: uuid.UUID | None, at: datetime
) -> OfferDetail:
    """Three queries. Raises OfferNotFound."""
    query = (
        _offers(citizen_id)
        .add_columns(null().label("distance_squared"), Product)
        .outerjoin(Product, Product.id == Offer.product_id)
        .where(Offer.id == offer_id, is_displayed(citizen_id, at))
    )
    row = session.execute(query).first()
    if row is None:
        raise OfferNotFound
    good_at = select(OfferShop.shop_id).where(OfferShop.offer_id == offer_id)
    shops = select(Shop).where(Shop.id.in_(good_at), Shop.status == ShopStatus.ACTIVE).order_by(Shop.id)
    tags = list_tags(session, offer_ids=[offer_id])
    return OfferDetail(_found(row, tags[offer_id]), session.scalars(shops).all(), row.Product)


def list_displayed_offers(
    session: Session, *, offer_ids: Collection[uuid.UUID], citizen_id: uuid.UUID, at: datetime
) -> list[FoundOffer]:
    """Those of them that `list_offers` would show without filters, in no order. Two queries."""
    query = (
        _offers(citizen_id)
        .add_columns(null().label("distance_squared"))
        .where(Offer.id.in_(offer_ids), is_displayed(citizen_id, at), is_good_somewhere())
    )
    rows = session.execute(query).all()
    tags = list_tags(session, offer_ids=[row.Offer.id for row in rows])
    return [_found(row, tags[row.Offer.id]) for row in rows]


def list_saved_offers(
    session: Session, *, citizen_id: uuid.UUID, at: datetime, page: PageRequest
) -> Page[FoundOffer]:
    """What the citizen saved and can still see, the last saved first. Two queries."""
    query = (
        _offers(citizen_id)
        .add_columns(null().label("distance_squared"), SavedOffer.saved_at)
        .join(SavedOffer, and_(SavedOffer.offer_id == Offer.id, SavedOffer.citizen_id == citizen_id))
        .where(is_displayed(citizen_id, at))
        .order_by(SavedOffer.saved_at.desc(), Offer.id.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(aware_moment, uuid.UUID):
        query = query.where(tuple_(SavedOffer.saved_at, Offer.id) < _seen(after))
    rows = session.execute(query).all()
    found = make_page(rows, page, lambda row: row.saved_at.isoformat(), lambda row: str(row.Offer.id))
    tags = list_tags(session, offer_ids=[row.Offer.id for row in found.items])
    return Page([_found(row, tags[row.Offer.id]) for row in found.items], found.next_cursor)


def is_displayed(
    citizen_id: uuid.UUID | ColumnElement[uuid.UUID] | None, at: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    """Published, in its display window, of a shop that takes part, not for other members. Needs `Shop` joined."""
    mine = false() if citizen_id is None else on_member_list(Offer.member_list_id, citizen_id)
    return and_(
        Offer.status == OfferStatus.PUBLISHED,
        Offer.displayed_from <= at,
        Offer.displayed_until > at,
        Shop.status == ShopStatus.ACTIVE,
        or_(Offer.member_list_id.is_(None), mine),
    )


def is_good_somewhere() -> ColumnElement[bool]:
    """At a shop that takes part, which need not be the owner."""
    place = aliased(Shop)
    return exists().where(
        OfferShop.offer_id == Offer.id, place.id == OfferShop.shop_id, place.status == ShopStatus.ACTIVE
    )


def _offers(citizen_id: uuid.UUID | None) -> Select[*tuple[Any, ...]]:
    saved = (
        exists().where(SavedOffer.offer_id == Offer.id, SavedOffer.citizen_id == citizen_id).correlate(Offer)
    )
    return (
        select(
            Offer,
            Shop,
            OfferPhoto.etag.label("photo_etag"),
            (false() if citizen_id is None else saved).label("is_saved"),
        )
        .join(Shop, Shop.id == Offer.shop_id)
        .outerjoin(OfferPhoto, OfferPhoto.offer_id == Offer.id)
    )


def _places(filters: OfferFilters) -> Any:
    """Offer → the nearest of the shops where it is good and that the filters let pass."""
    square = distance_squared_to(filters.near) if filters.near else null()
    query = (
        select(OfferShop.offer_id, func.min(square).label("distance_squared"))
        .join(Shop, Shop.id == OfferShop.shop_id)
        .where(Shop.status == ShopStatus.ACTIVE)
        .group_by(OfferShop.offer_id)
    )
    if filters.near:
        query = query.where(in_box(filters.near), square <= float(filters.near.radius_metres) ** 2)
    if filters.rings is not None:
        query = query.where(Shop.ring.in_(filters.rings))
    if filters.district is not None:
        query = query.where(Shop.district == filters.district)
    if filters.shop_id is not None:
        query = query.where(Shop.id == filters.shop_id)
    return query.subquery("places")


def _nearest_first(
    session: Session, query: Select[*tuple[Any, ...]], square: Any, page: PageRequest
) -> Page[Any]:
    if after := page.after(float, uuid.UUID):
        query = query.where(or_(square > after[0], and_(square == after[0], Offer.id > after[1])))
    rows = session.execute(query.order_by(square, Offer.id)).all()
    return make_page(rows, page, lambda row: row.distance_squared, lambda row: str(row.Offer.id))


def _soonest_first(session: Session, query: Select[*tuple[Any, ...]], page: PageRequest) -> Page[Any]:
    order = tuple_(Offer.displayed_until, Offer.id)
    if after := page.after(aware_moment, uuid.UUID):
        query = query.where(order > _seen(after))
    rows = session.execute(query.order_by(Offer.displayed_until, Offer.id)).all()
    return make_page(
        rows, page, lambda row: row.Offer.displayed_until.isoformat(), lambda row: str(row.Offer.id)
    )


def _newest_first(session: Session, query: Select[*tuple[Any, ...]], page: PageRequest) -> Page[Any]:
    order = tuple_(Offer.published_at, Offer.id)
    if after := page.after(aware_moment, uuid.UUID):
        query = query.where(order < _seen(after))
    rows = session.execute(query.order_by(Offer.published_at.desc(), Offer.id.desc())).all()
    return make_page(
        rows, page, lambda row: row.Offer.published_at.isoformat(), lambda row: str(row.Offer.id)
    )


def _seen(after: tuple[Any, ...]) -> Any:
    return tuple_(literal(after[0], UtcDateTime()), literal(after[1], Offer.id.type))


def _found(row: Any, tags: Sequence[str]) -> FoundOffer:
    distance = None if row.distance_squared is None else math.sqrt(row.distance_squared)
    return FoundOffer(row.Offer, row.Shop, tags, row.photo_etag, bool(row.is_saved), distance)
