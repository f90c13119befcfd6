"""Local products as citizens find them."""

from typing import Any

from backend.base.text import pick_language
from backend.mobile.products.schemas import ProductListQuery, ProductPage
from backend.organisations import queries
from backend.organisations.queries import FoundProduct, ProductFilters
from backend.organisations.regions import RingUnknown
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("products", __name__, url_prefix="/v1", description="Local products, and which shop has them.")


@face.operation(
    "GET",
    "/products",
    permission=Permission.PUBLIC,
    query=ProductListQuery,
    answer=ProductPage,
    errors=[RingUnknown],
)
def list_products(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Products that a shop taking part sells now."""
    filters = ProductFilters(
        text=query["text"],
        rings=call.ground.region.rings_meant(ring=query["ring"], within_ring=query["within_ring"]),
        shop_id=query["shop_id"],
    )
    page = queries.list_products(call.session, filters=filters, page=page_request(query))
    items = [_present(found, call.language) for found in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


def _present(found: FoundProduct, language: str) -> dict[str, Any]:
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
