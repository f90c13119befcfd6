"""Reads of organisations, shops, products."""

import math
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, exists, literal, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.base.clock import in_jst
from backend.base.errors import Conflict, NotFound
from backend.base.pages import Page, PageRequest, aware_moment, make_page
from backend.organisations.models import (
    FavouriteShop,
    Organisation,
    Product,
    Shop,
    ShopHours,
    ShopStatus,
    ShopTag,
)
from backend.organisations.rules import EARTH_RADIUS_METRES, MINUTES_A_DAY, Circle, OpeningHours, is_open
from backend.organisations.texts import normalise_tag, search_words


class ShopNotFound(NotFound):
    """Not there, not open to citizens, or not the caller's."""


class ShopNotActive(Conflict):
    """Applied for, suspended or closed."""


class ProductNotFound(NotFound):
    """Not there, withdrawn, or not the caller's."""


# --- Shops as citizens find them ---


@dataclass(frozen=True, slots=True)
class ShopFilters:
    """All that are given must hold. `rings` None: any. `near` also sorts by distance."""

    text: str | None = None
    tag: str | None = None
    rings: Sequence[str] | None = None
    open_now: bool = False
    near: Circle | None = None


@dataclass(frozen=True, slots=True)
class FoundShop:
    """`distance_metres` from the point that was searched around, if one was."""

    shop: Shop
    tags: Sequence[str]
    is_open: bool
    distance_metres: float | None


def list_shops(session: Session, *, filters: ShopFilters, at: datetime, page: PageRequest) -> Page[FoundShop]:
    """Active shops only, nearest first where a point is given. Two queries."""
    open_now = _is_open_now(at)
    square = distance_squared_to(filters.near) if filters.near else null()
    query = (
        select(Shop, open_now.label("is_open"), square.label("distance_squared"))
        .where(Shop.status == ShopStatus.ACTIVE, *_found_by(filters))
        .limit(page.limit + 1)
    )
    if filters.open_now:
        query = query.where(open_now)
    values = [lambda row: row.Shop.id]
    if filters.near:
        query = query.where(in_box(filters.near), square <= float(filters.near.radius_metres) ** 2)
        query = query.order_by(square, Shop.id)
        values.insert(0, lambda row: row.distance_squared)
        if after := page.after(float, uuid.UUID):
            query = query.where(or_(square > after[0], and_(square == after[0], Shop.id > after[1])))
    else:
        query = query.order_by(Shop.id)
        if after := page.after(uuid.UUID):
            query = query.where(Shop.id > after[0])
    found = make_page(session.execute(query).all(), page, *values)
    tags = _tags_of(session, [row.Shop.id for row in found.items])
    return Page([_found(row, tags[row.Shop.id]) for row in found.items], found.next_cursor)


def _found(row: Any, tags: Sequence[str]) -> FoundShop:
    distance = None if row.distance_squared is None else math.sqrt(row.distance_squared)
    return FoundShop(row.Shop, tags, bool(row.is_open), distance)


def _found_by(filters: ShopFilters) -> list[ColumnElement[bool]]:
    conditions = contains_words(Shop.search_text, filters.text)
    if filters.tag is not None:
        tagged = ShopTag.shop_id == Shop.id, ShopTag.tag == normalise_tag(filters.tag)
        conditions.append(exists().where(*tagged))
    if filters.rings is not None:
        conditions.append(Shop.ring.in_(filters.rings))
    return conditions


def contains_words(column: InstrumentedAttribute[str], text: str | None) -> list[ColumnElement[bool]]:
    """Every word, anywhere; % and _ stand for themselves."""
    return [column.contains(word, autoescape=True) for word in search_words(text or "")]


def _is_open_now(at: datetime) -> ColumnElement[bool]:
    """The same as `rules.is_open`, told to the database: today's hours, and yesterday's past midnight."""
    here = in_jst(at)
    minute = here.hour * 60 + here.minute
    today = and_(
        ShopHours.weekday == here.weekday(),
        ShopHours.opens_minute <= minute,
        ShopHours.closes_minute > minute,
    )
    since_yesterday = and_(
        ShopHours.weekday == (here.weekday() - 1) % 7, ShopHours.closes_minute > minute + MINUTES_A_DAY
    )
    return exists().where(ShopHours.shop_id == Shop.id, or_(today, since_yesterday))


def distance_squared_to(circle: Circle) -> ColumnElement[Any]:
    """The same as `rules.distance_metres`, squared, in plain arithmetic, which every database has.

    Around the centre the cosine is taken for a straight line: over 50 km that errs by 1 in 100,000.
    """
    centre, metres_a_degree = circle.centre, EARTH_RADIUS_METRES * math.radians(1)
    latitude = math.radians(centre.latitude)
    north = Shop.latitude - _number(centre.latitude)
    east = Shop.longitude - _number(centre.longitude)
    shrinking = _number(math.cos(latitude)) - _number(math.sin(latitude) * math.radians(0.5)) * north
    return (north * north + east * shrinking * (east * shrinking)) * _number(metres_a_degree**2)


def _number(value: float) -> ColumnElement[float]:
    return literal(value, Float())


def in_box(circle: Circle) -> ColumnElement[bool]:
    """A cheap first sieve, a little larger than the circle."""
    north = math.degrees(circle.radius_metres / EARTH_RADIUS_METRES) * 1.001
    farthest = min(abs(circle.centre.latitude) + north, 89.0)
    east = north / math.cos(math.radians(farthest))
    return and_(
        Shop.latitude.between(circle.centre.latitude - north, circle.centre.latitude + north),
        Shop.longitude.between(circle.centre.longitude - east, circle.centre.longitude + east),
    )


@dataclass(frozen=True, slots=True)
class FoundFavourite:
    shop: Shop
    added_at: datetime


def list_favourite_shops(
    session: Session, *, citizen_id: uuid.UUID, page: PageRequest
) -> Page[FoundFavourite]:
    """Those that take part now, the newest favourite first; one suspended comes back when it resumes."""
    query = (
        select(Shop, FavouriteShop.added_at)
        .join(FavouriteShop, FavouriteShop.shop_id == Shop.id)
        .where(FavouriteShop.citizen_id == citizen_id, Shop.status == ShopStatus.ACTIVE)
        .order_by(FavouriteShop.added_at.desc(), Shop.id.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(aware_moment, uuid.UUID):
        added_at, shop_id = after
        earlier = and_(FavouriteShop.added_at == added_at, Shop.id < shop_id)
        query = query.where(or_(FavouriteShop.added_at < added_at, earlier))
    rows = session.execute(query).all()
    found = make_page(rows, page, lambda row: row.added_at, lambda row: row.Shop.id)
    return Page([FoundFavourite(row.Shop, row.added_at) for row in found.items], found.next_cursor)


# --- One shop ---


@dataclass(frozen=True, slots=True)
class ShopDescription:
    """A shop with all that belongs to it."""

    shop: Shop
    organisation: Organisation
    hours: Sequence[OpeningHours] = field(default=())
    tags: Sequence[str] = field(default=())

    def is_open(self, at: datetime) -> bool:
        return is_open(self.hours, at)


def get_shop(session: Session, *, shop_id: uuid.UUID) -> ShopDescription:
    """Whatever its status. Raises ShopNotFound."""
    return _describe_one(session, Shop.id == shop_id)


def get_active_shop(session: Session, *, shop_id: uuid.UUID) -> ShopDescription:
    """As citizens see it. Raises ShopNotFound."""
    return _describe_one(session, Shop.id == shop_id, Shop.status == ShopStatus.ACTIVE)


def list_active_shops(session: Session, *, shop_ids: Collection[uuid.UUID]) -> Sequence[ShopDescription]:
    """Those of them that citizens see, in no order. Three queries."""
    query = _DESCRIBED.where(Shop.id.in_(shop_ids), Shop.status == ShopStatus.ACTIVE)
    return _describe(session, session.execute(query).all())


def get_shop_names(
    session: Session, *, shop_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Mapping[str, str | None]]:
    """Shop → language → name, whatever their status. One query, or none."""
    if not shop_ids:
        return {}
    rows = session.execute(select(Shop.id, Shop.name_ja, Shop.name_en).where(Shop.id.in_(set(shop_ids))))
    return {row.id: {"ja": row.name_ja, "en": row.name_en} for row in rows}


def list_shops_by_status(
    session: Session, *, status: ShopStatus | None, page: PageRequest
) -> Page[ShopDescription]:
    """In the order in which they applied; None: every status. Three queries."""
    query = _DESCRIBED.order_by(Shop.id).limit(page.limit + 1)
    if status is not None:
        query = query.where(Shop.status == status)
    if after := page.after(uuid.UUID):
        query = query.where(Shop.id > after[0])
    found = make_page(session.execute(query).all(), page, lambda row: row.Shop.id)
    return Page(_describe(session, found.items), found.next_cursor)


_DESCRIBED = select(Shop, Organisation).join(Organisation, Organisation.id == Shop.organisation_id)


def _describe_one(session: Session, *conditions: ColumnElement[bool]) -> ShopDescription:
    query = _DESCRIBED.where(*conditions).execution_options(populate_existing=True)
    described = _describe(session, session.execute(query).all())
    if not described:
        raise ShopNotFound
    return described[0]


def _describe(session: Session, rows: Sequence[Any]) -> list[ShopDescription]:
    shop_ids = [row.Shop.id for row in rows]
    hours, tags = _hours_of(session, shop_ids), _tags_of(session, shop_ids)
    return [
        ShopDescription(row.Shop, row.Organisation, hours[row.Shop.id], tags[row.Shop.id]) for row in rows
    ]


def _hours_of(session: Session, shop_ids: Sequence[uuid.UUID]) -> defaultdict[uuid.UUID, list[OpeningHours]]:
    found: defaultdict[uuid.UUID, list[OpeningHours]] = defaultdict(list)
    if not shop_ids:
        return found
    query = (
        select(ShopHours.shop_id, ShopHours.weekday, ShopHours.opens_minute, ShopHours.closes_minute)
        .where(ShopHours.shop_id.in_(shop_ids))
        .order_by(ShopHours.weekday, ShopHours.opens_minute)
    )
    for shop_id, *stretch in session.execute(query):
        found[shop_id].append(OpeningHours(*stretch))
    return found


def _tags_of(session: Session, shop_ids: Sequence[uuid.UUID]) -> defaultdict[uuid.UUID, list[str]]:
    found: defaultdict[uuid.UUID, list[str]] = defaultdict(list)
    if not shop_ids:
        return found
    query = select(ShopTag.shop_id, ShopTag.tag).where(ShopTag.shop_id.in_(shop_ids)).order_by(ShopTag.tag)
    for shop_id, tag in session.execute(query):
        found[shop_id].append(tag)
    return found


# --- Products ---


@dataclass(frozen=True, slots=True)
class ProductFilters:
    """All that are given must hold. `rings`: of the product's origin; None: any."""

    text: str | None = None
    rings: Sequence[str] | None = None
    shop_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class FoundProduct:
    product: Product
    shop: Shop


_SOLD = (
    select(Product, Shop)
    .join(Shop, Shop.id == Product.shop_id)
    .where(Shop.status == ShopStatus.ACTIVE, Product.withdrawn_at.is_(None))
)


def list_products(session: Session, *, filters: ProductFilters, page: PageRequest) -> Page[FoundProduct]:
    """What active shops sell now. One query."""
    query = (
        _SOLD.where(*contains_words(Product.search_text, filters.text))
        .order_by(Product.id)
        .limit(page.limit + 1)
    )
    if filters.rings is not None:
        query = query.where(Product.origin_ring.in_(filters.rings))
    if filters.shop_id is not None:
        query = query.where(Product.shop_id == filters.shop_id)
    if after := page.after(uuid.UUID):
        query = query.where(Product.id > after[0])
    found = make_page(session.execute(query).all(), page, lambda row: row.Product.id)
    return Page([FoundProduct(row.Product, row.Shop) for row in found.items], found.next_cursor)


def list_products_sold(session: Session, *, product_ids: Collection[uuid.UUID]) -> list[FoundProduct]:
    """Those of them that active shops sell now, in no order. One query."""
    rows = session.execute(_SOLD.where(Product.id.in_(product_ids)))
    return [FoundProduct(row.Product, row.Shop) for row in rows]


def list_products_of_shop(
    session: Session, *, shop_id: uuid.UUID, includes_withdrawn: bool, page: PageRequest
) -> Page[Product]:
    """As the shop keeps them, whatever its status."""
    query = select(Product).where(Product.shop_id == shop_id).order_by(Product.id).limit(page.limit + 1)
    if not includes_withdrawn:
        query = query.where(Product.withdrawn_at.is_(None))
    if after := page.after(uuid.UUID):
        query = query.where(Product.id > after[0])
    return make_page(session.scalars(query).all(), page, lambda product: product.id)
