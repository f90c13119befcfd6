"""What the codes on a receipt stand for."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.organisations.models import Product
from backend.organisations.rules import is_gtin, shortest_gtin


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
    """Code, as it was given → the shop's product; codes it does not have are left out. One statement, or none.

    Withdrawn ones too: they may have been sold before. A GTIN goes before an in-store code of the same digits.
    """
    kept = {gtin: shortest_gtin(gtin) for gtin in gtins if is_gtin(gtin)}
    if not kept and not in_store_codes:
        return {}
    query = select(
        Product.id,
        Product.gtin,
        Product.in_store_code,
        Product.category,
        Product.certifications,
        Product.origin_ring,
    ).where(
        Product.shop_id == shop_id,
        or_(Product.gtin.in_(set(kept.values())), Product.in_store_code.in_(set(in_store_codes))),
    )
    by_gtin, by_in_store_code = {}, {}
    for row in session.execute(query):
        sold = SoldProduct(row.id, row.category, row.certifications, row.origin_ring)
        by_gtin[row.gtin], by_in_store_code[row.in_store_code] = sold, sold
    found = {code: by_in_store_code[code] for code in in_store_codes if code in by_in_store_code}
    return found | {given: by_gtin[gtin] for given, gtin in kept.items() if gtin in by_gtin}
