"""Local products in the caller's language."""

from typing import Any

from backend.base.text import pick_language
from backend.organisations.queries import FoundProduct


def present_product(found: FoundProduct, language: str) -> dict[str, Any]:
    product, shop = found.product, found.shop
    return {
        "id": product.id,
        "name": pick_language({"ja": product.name_ja, "en": product.name_en}, language),
        "shop": {
            "id": shop.id,
            "name": pick_language({"ja": shop.name_ja, "en": shop.name_en}, language),
            "district": shop.district,
        },
        "origin_municipality_code": product.origin_municipality_code,
        "origin_ring": product.origin_ring,
        "gtin": product.gtin,
        "in_store_code": product.in_store_code,
        "price_yen": product.price_yen,
        "category": product.category,
        "certifications": product.certifications,
    }
