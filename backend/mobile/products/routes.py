"""Local products as citizens find them."""

from typing import Any

from backend.mobile.products.presenters import present_product
from backend.mobile.products.schemas import ProductListQuery, ProductPage
from backend.organisations import queries
from backend.organisations.queries import ProductFilters
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
    items = [present_product(found, call.language) for found in page.items]
    return {"items": items, "next_cursor": page.next_cursor}
