"""What the codes on a receipt stand for."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from backend.organisations.models import PriceCodeLayout, Product
from backend.organisations.price_codes import CODE_DIGITS, PREFIXES, Layout, by_prefix, stem_of
from backend.organisations.rules import is_digits, is_gtin, shortest_gtin


@dataclass(frozen=True, slots=True)
class SoldProduct:
    """What campaigns ask of a line on a receipt. `category`: of ProductCategory."""

    product_id: uuid.UUID
    category: str
    certifications: Sequence[str]
    origin_ring: str


def find_products_by_codes(
    session: Session, *, shop_id: uuid.UUID, gtins: Collection[str], in_store_codes: Collection[str]
) -> Mapping[str, SoldProduct]:
    """Code, as it was given → the shop's product; codes it does not have are left out.

    Withdrawn ones too: they may have been sold before. A GTIN goes before an in-store code of the same digits. Of a
    code that holds a price the shop's product with that very code counts, else the one with the same stem: one
    that is sold still before a withdrawn one, an older one before a newer one. One statement, or none; one more
    for codes that may hold a price.
    """
    kept = {gtin: shortest_gtin(gtin) for gtin in gtins if is_gtin(gtin)}
    if not kept and not in_store_codes:
        return {}
    layouts = _layouts_for(session, shop_id, in_store_codes)
    stems = {code: stem for code in in_store_codes if (stem := stem_of(code, layouts))}
    query = (
        select(
            Product.id,
            Product.gtin,
            Product.in_store_code,
            Product.category,
            Product.certifications,
            Product.origin_ring,
        )
        .where(
            Product.shop_id == shop_id,
            or_(
                Product.gtin.in_(set(kept.values())),
                Product.in_store_code.in_({*in_store_codes, *stems.values()}),
                *_with_stems(stems.values()),
            ),
        )
        .order_by(Product.withdrawn_at.is_(None), Product.id.desc())
    )
    by_gtin, by_in_store_code, by_stem = {}, {}, {}
    for row in session.execute(query):  # of several with one stem the last one stays
        sold = SoldProduct(row.id, row.category, row.certifications, row.origin_ring)
        by_gtin[row.gtin], by_in_store_code[row.in_store_code] = sold, sold
        by_stem[_own_stem(row, layouts)] = sold
    found = {code: by_stem[stem] for code, stem in stems.items() if stem in by_stem}
    found |= {code: by_in_store_code[code] for code in in_store_codes if code in by_in_store_code}
    return found | {given: by_gtin[gtin] for given, gtin in kept.items() if gtin in by_gtin}


def list_price_code_layouts(session: Session, *, shop_id: uuid.UUID) -> Sequence[PriceCodeLayout]:
    """By prefix."""
    query = select(PriceCodeLayout).where(PriceCodeLayout.shop_id == shop_id).order_by(PriceCodeLayout.prefix)
    return session.scalars(query).all()


def _layouts_for(
    session: Session, shop_id: uuid.UUID, in_store_codes: Collection[str]
) -> Mapping[str, Layout]:
    if not any(is_digits(code, CODE_DIGITS) and code.startswith(PREFIXES) for code in in_store_codes):
        return {}
    rows = list_price_code_layouts(session, shop_id=shop_id)
    return by_prefix(Layout(row.prefix, row.item_digits, row.price_digits) for row in rows)


def _with_stems(stems: Iterable[str]) -> list[ColumnElement[bool]]:
    """Products that were registered with a code that holds some price."""
    by_length: dict[int, set[str]] = {}
    for stem in stems:
        by_length.setdefault(len(stem), set()).add(stem)
    return [
        func.substr(Product.in_store_code, 1, length).in_(found)
        & (func.length(Product.in_store_code) == CODE_DIGITS)
        for length, found in by_length.items()
    ]


def _own_stem(row: Any, layouts: Mapping[str, Layout]) -> str | None:
    """A product may also be registered under the stem itself."""
    return row.in_store_code and (stem_of(row.in_store_code, layouts) or row.in_store_code)
