"""Shops as citizens find them."""

import uuid
from typing import Any

from backend.base.text import pick_language
from backend.mobile.shops.presenters import present_found_shop, present_shop
from backend.mobile.shops.schemas import RingsOut, ShopDetailOut, ShopListQuery, ShopPage
from backend.organisations import queries
from backend.organisations.queries import ShopFilters, ShopNotFound
from backend.organisations.regions import RingUnknown
from backend.organisations.rules import PositionInvalid, read_circle
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("shops", __name__, url_prefix="/v1", description="Where to buy, how near, whether it is open.")


@face.operation(
    "GET",
    "/shops",
    permission=Permission.PUBLIC,
    query=ShopListQuery,
    answer=ShopPage,
    errors=[RingUnknown, PositionInvalid],
)
def list_shops(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Shops that take part; nearest first where a point is given."""
    filters = ShopFilters(
        text=query["text"],
        tag=query["tag"],
        rings=call.ground.region.rings_meant(ring=query["ring"], within_ring=query["within_ring"]),
        open_now=query["open_now"],
        near=read_circle(query["latitude"], query["longitude"], query["radius_m"]),
    )
    page = queries.list_shops(call.session, filters=filters, at=call.at, page=page_request(query))
    items = [present_found_shop(found, call.language) for found in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


@face.operation(
    "GET",
    "/shops/<uuid:shop_id>",
    permission=Permission.PUBLIC,
    answer=ShopDetailOut,
    errors=[ShopNotFound],
)
def get_shop(call: Call, shop_id: uuid.UUID) -> dict[str, Any]:
    """One shop that takes part, with its week."""
    found = queries.get_active_shop(call.session, shop_id=shop_id)
    shop = found.shop
    descriptions = {"ja": shop.description_ja, "en": shop.description_en}
    return {
        **present_shop(shop, call.language),
        "description": pick_language(descriptions, call.language),
        "organisation": found.organisation,
        "tags": found.tags,
        "hours": found.hours,
        "is_open": found.is_open(call.at),
    }


@face.operation("GET", "/rings", permission=Permission.PUBLIC, answer=RingsOut)
def list_rings(call: Call) -> dict[str, Any]:
    """How near is local: the rings around the city and the municipalities in each."""
    region, language = call.ground.region, call.language
    items = [
        {
            "key": ring.key,
            "name": pick_language(ring.names, language),
            "municipalities": [
                {
                    "code": place.code,
                    "name": pick_language({"ja": place.name_ja, "en": place.name_en}, language),
                    "districts": place.districts,
                }
                for place in region.municipalities.values()
                if place.ring == ring.key
            ],
        }
        for ring in region.rings
    ]
    return {"items": items}
