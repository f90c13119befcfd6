"""Local products: a shop adds, edits and withdraws them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict
from backend.organisations.models import Product, ProductCategory
from backend.organisations.queries import ProductNotFound
from backend.organisations.regions import Region
from backend.organisations.rules import read_product_codes
from backend.organisations.service.shops import lock_living_shop
from backend.organisations.texts import (
    normalise_certifications,
    one_line,
    one_line_or_none,
    search_text,
)

SEARCH_TEXT_MAX_CHARACTERS = 200


class ProductCodeTaken(Conflict):
    """Another product of the shop has this code; a withdrawn one keeps its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDraft:
    """At least one code: a GTIN, which means the same everywhere, or one that the shop gave.

    `category`: of ProductCategory.
    """

    name_ja: str
    name_en: str | None = None
    origin_municipality_code: str
    gtin: str | None = None
    in_store_code: str | None = None
    price_yen: int | None = None
    category: str = ProductCategory.OTHER
    certifications: Sequence[str] = ()


def add_product(
    session: Session, *, shop_id: uuid.UUID, draft: ProductDraft, region: Region, at: datetime
) -> Product:
    """A new product; or a withdrawn one of the same code, back again as the draft says.

    Raises ShopNotFound, ShopEnded, NameBlank, CertificationInvalid, MunicipalityCodeInvalid, ProductCodeTaken
    and the errors of `read_product_codes`.
    """
    values = _values(draft, region)
    lock_living_shop(session, shop_id)
    holders = _holders(session, shop_id, values)
    if len(holders) > 1 or any(holder.withdrawn_at is None for holder in holders):
        raise ProductCodeTaken(field=_common_code(holders[-1], values))
    # Purchases may name a withdrawn product: its row and id live on.
    product = holders[0] if holders else Product(id=new_id(), shop_id=shop_id, created_at=at)
    _put(product, values | {"withdrawn_at": None})
    session.add(product)
    session.flush()
    return product


def edit_product(
    session: Session,
    *,
    product_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID],
    changes: Mapping[str, Any],
    region: Region,
) -> Product:
    """`changes`: some fields of a ProductDraft; None empties what may be empty.

    Raises ProductNotFound (also for another shop's) and what `add_product` raises.
    """
    product = _get_product(session, product_id, shop_ids)
    lock_living_shop(session, product.shop_id)
    session.refresh(product)
    draft = ProductDraft(**{name: changes.get(name, getattr(product, name)) for name in PRODUCT_FIELDS})
    values = _values(draft, region)
    for holder in _holders(session, product.shop_id, values):
        if holder.id != product.id:
            raise ProductCodeTaken(field=_common_code(holder, values))
    _put(product, values)
    session.flush()
    return product


PRODUCT_FIELDS = tuple(field.name for field in fields(ProductDraft))


def withdraw_product(
    session: Session, *, product_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], at: datetime
) -> None:
    """Citizens find it no more. Raises ProductNotFound."""
    withdrawn = session.scalar(
        update(Product)
        .where(Product.id == product_id, Product.shop_id.in_(shop_ids), Product.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
        .returning(Product.id)
    )
    if withdrawn is None:
        raise ProductNotFound


def _get_product(session: Session, product_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> Product:
    product = session.scalar(
        select(Product).where(
            Product.id == product_id, Product.shop_id.in_(shop_ids), Product.withdrawn_at.is_(None)
        )
    )
    if product is None:
        raise ProductNotFound
    return product


def _values(draft: ProductDraft, region: Region) -> dict[str, Any]:
    """The columns of a product that the draft decides."""
    codes = read_product_codes(gtin=draft.gtin, in_store_code=draft.in_store_code)
    name_ja, name_en = one_line(draft.name_ja, field="name_ja"), one_line_or_none(draft.name_en)
    return {
        "name_ja": name_ja,
        "name_en": name_en,
        "search_text": search_text(name_ja, name_en, maximum=SEARCH_TEXT_MAX_CHARACTERS),
        "origin_municipality_code": draft.origin_municipality_code,
        "origin_ring": region.ring_of(draft.origin_municipality_code, field="origin_municipality_code"),
        "gtin": codes.gtin,
        "in_store_code": codes.in_store_code,
        "price_yen": draft.price_yen,
        "category": ProductCategory(draft.category).value,
        "certifications": normalise_certifications(draft.certifications),
    }


def _put(product: Product, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(product, name, value)


def _holders(session: Session, shop_id: uuid.UUID, values: Mapping[str, Any]) -> Sequence[Product]:
    """Products of the shop, withdrawn ones too, that have one of the codes."""
    conditions = [
        column == values[name]
        for name, column in (("gtin", Product.gtin), ("in_store_code", Product.in_store_code))
        if values[name] is not None
    ]
    query = select(Product).where(Product.shop_id == shop_id, or_(*conditions)).order_by(Product.id)
    return session.scalars(query).all()


def _common_code(holder: Product, values: Mapping[str, Any]) -> str:
    return "gtin" if values["gtin"] is not None and holder.gtin == values["gtin"] else "in_store_code"
