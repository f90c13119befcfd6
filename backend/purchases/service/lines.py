"""The lines that a till rings up, each with the registered product that its code names."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from backend.base.errors import Refused
from backend.organisations.rules import is_in_store_gtin, read_product_codes
from backend.organisations.sold_products import SoldProduct, find_products_by_codes
from backend.purchases.rules.sales import Sale, SaleLine


def ring_up(session: Session, *, shop_id: uuid.UUID, amount_yen: int, lines: Sequence[SaleLine]) -> Sale:
    """Raises LinesNotSummingToAmount, GtinInvalid, InStoreCodeInvalid (each naming its line)."""
    [sale] = with_products(session, shop_id=shop_id, sales=[read_sale(amount_yen, lines)])
    return sale


def read_sale(amount_yen: int, lines: Sequence[SaleLine]) -> Sale:
    """A sale whose codes are sound. Raises as `ring_up`."""
    return Sale(amount_yen, tuple(_with_codes(line, f"lines.{place}") for place, line in enumerate(lines)))


def with_products(session: Session, *, shop_id: uuid.UUID, sales: Sequence[Sale]) -> list[Sale]:
    """The same sales, their lines with the shop's products. One read for all, none where no line has a code."""
    lines = [line for sale in sales for line in sale.lines]
    products = find_products_by_codes(
        session,
        shop_id=shop_id,
        gtins=[line.gtin for line in lines if line.gtin],
        in_store_codes=[line.in_store_code for line in lines if line.in_store_code],
    )
    return [
        replace(sale, lines=tuple(_as_product(line, _product_of(line, products)) for line in sale.lines))
        if sale.lines
        else sale
        for sale in sales
    ]


def _product_of(line: SaleLine, products: Mapping[str, SoldProduct]) -> SoldProduct | None:
    return products.get(line.gtin or "") or products.get(line.in_store_code or "")


def _as_product(line: SaleLine, product: SoldProduct | None) -> SaleLine:
    if product is None:
        return line
    return replace(
        line,
        product_id=product.product_id,
        category=product.category,
        certifications=tuple(product.certifications),
        origin_ring=product.origin_ring,
    )


def _with_codes(line: SaleLine, place: str) -> SaleLine:
    """A till sends whatever the scanner read: a GTIN that is the shop's own number counts as such."""
    if line.gtin is None and line.in_store_code is None:
        return line
    gtin, in_store_code = line.gtin, line.in_store_code
    if gtin is not None and in_store_code is None and is_in_store_gtin(gtin):
        gtin, in_store_code = None, gtin
    try:
        codes = read_product_codes(gtin=gtin, in_store_code=in_store_code)
    except Refused as error:
        error.field = f"{place}.{error.field}"
        raise
    return replace(line, gtin=codes.gtin, in_store_code=codes.in_store_code)
