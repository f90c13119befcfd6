"""A shop's own page."""

from typing import Any

from backend.organisations.queries import ShopDescription, ShopNotFound, get_shop
from backend.organisations.rules import (
    MunicipalityCodeInvalid,
    OpeningHoursInvalid,
    OpeningHoursOverlapping,
    PositionInvalid,
    RegistrationNumberInvalid,
    ShopPhoneMalformed,
    read_opening_hours,
)
from backend.organisations.service import shops
from backend.organisations.texts import NameBlank, TagInvalid
from backend.people.permissions import Permission
from backend.shop.profile.schemas import EditOwnShopIn, OwnShopOut, SetShopHoursIn
from backend.shop.scope import ShopChoiceRequired, choose_shop
from backend.shop.shapes import ShopChoiceQuery
from backend.web.calls import Call
from backend.web.contracts import Face

face = Face("profile", __name__, url_prefix="/v1/shop", description="The shop as it shows itself.")


@face.operation(
    "GET",
    "/shop",
    permission=Permission.READ_OWN_SHOP,
    query=ShopChoiceQuery,
    answer=OwnShopOut,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def get_own_shop(call: Call, query: dict[str, Any]) -> ShopDescription:
    """My shop, whatever its status."""
    shop_id = choose_shop(call, Permission.READ_OWN_SHOP, query["shop_id"])
    return get_shop(call.session, shop_id=shop_id)


@face.operation(
    "PATCH",
    "/shop",
    permission=Permission.EDIT_OWN_SHOP,
    query=ShopChoiceQuery,
    body=EditOwnShopIn,
    answer=OwnShopOut,
    errors=[
        ShopNotFound,
        ShopChoiceRequired,
        shops.ShopEnded,
        shops.ContactEmailMalformed,
        MunicipalityCodeInvalid,
        NameBlank,
        PositionInvalid,
        RegistrationNumberInvalid,
        ShopPhoneMalformed,
        TagInvalid,
    ],
    example={"description_en": "Bread from Hokkaido wheat.", "tags": ["bakery", "cafe"]},
)
def edit_own_shop(call: Call, body: dict[str, Any], query: dict[str, Any]) -> ShopDescription:
    """Change what my shop says of itself."""
    shop_id = choose_shop(call, Permission.EDIT_OWN_SHOP, query["shop_id"])
    shops.edit_shop(call.session, shop_id=shop_id, changes=body, region=call.ground.region, at=call.at)
    return get_shop(call.session, shop_id=shop_id)


@face.operation(
    "PUT",
    "/shop/hours",
    permission=Permission.EDIT_OWN_SHOP,
    query=ShopChoiceQuery,
    body=SetShopHoursIn,
    answer=OwnShopOut,
    errors=[ShopNotFound, ShopChoiceRequired, shops.ShopEnded, OpeningHoursInvalid, OpeningHoursOverlapping],
    example={"hours": [{"weekday": 4, "opens_minute": 1020, "closes_minute": 1530}]},
)
def set_shop_hours(call: Call, body: dict[str, Any], query: dict[str, Any]) -> ShopDescription:
    """Set the whole week."""
    shop_id = choose_shop(call, Permission.EDIT_OWN_SHOP, query["shop_id"])
    hours = read_opening_hours(body["hours"])
    shops.set_shop_hours(call.session, shop_id=shop_id, hours=hours, at=call.at)
    return get_shop(call.session, shop_id=shop_id)
