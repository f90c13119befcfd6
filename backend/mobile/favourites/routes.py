"""The shops a citizen likes."""

import uuid
from typing import Any

from backend.base.text import pick_language
from backend.mobile.favourites.schemas import FavouriteShopPage
from backend.organisations import queries
from backend.organisations.queries import FoundFavourite, ShopNotFound
from backend.organisations.service import favourites
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import PageQuery, page_request

face = Face(
    "favourites", __name__, url_prefix="/v1/me/favourite-shops", description="Shops I want to find again."
)


@face.operation(
    "GET", "", permission=Permission.MANAGE_OWN_ACCOUNT, query=PageQuery, answer=FavouriteShopPage
)
def list_favourite_shops(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """My favourite shops that take part now, the newest favourite first."""
    page = queries.list_favourite_shops(
        call.session, citizen_id=call.citizen.citizen_id, page=page_request(query)
    )
    items = [_present(found, call.language) for found in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


@face.operation(
    "PUT", "/<uuid:shop_id>", permission=Permission.MANAGE_OWN_ACCOUNT, status=204, errors=[ShopNotFound]
)
def add_favourite_shop(call: Call, shop_id: uuid.UUID) -> None:
    """Add a shop to my favourites; adding it twice changes nothing."""
    favourites.add_favourite_shop(
        call.session, citizen_id=call.citizen.citizen_id, shop_id=shop_id, at=call.at
    )


@face.operation("DELETE", "/<uuid:shop_id>", permission=Permission.MANAGE_OWN_ACCOUNT, status=204)
def remove_favourite_shop(call: Call, shop_id: uuid.UUID) -> None:
    """Take a shop off my favourites, whether or not it still takes part; removing it twice changes nothing."""
    favourites.remove_favourite_shop(call.session, citizen_id=call.citizen.citizen_id, shop_id=shop_id)


def _present(found: FoundFavourite, language: str) -> dict[str, Any]:
    shop = found.shop
    return {
        "id": shop.id,
        "name": pick_language({"ja": shop.name_ja, "en": shop.name_en}, language),
        "ring": shop.ring,
        "district": shop.district,
        "added_at": found.added_at,
    }
