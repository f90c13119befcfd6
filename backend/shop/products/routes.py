"""A shop's own local products."""

import uuid
from collections.abc import Sequence
from typing import Any

from backend.base.pages import Page
from backend.organisations.models import PriceCodeLayout, Product
from backend.organisations.price_codes import Layout, PriceCodeLayoutInvalid, by_prefix
from backend.organisations.queries import ProductNotFound, ShopNotFound, list_products_of_shop
from backend.organisations.rules import (
    GtinInStore,
    GtinInvalid,
    InStoreCodeInvalid,
    MunicipalityCodeInvalid,
    ProductCodeMissing,
)
from backend.organisations.service import price_codes, products
from backend.organisations.service.shops import ShopEnded
from backend.organisations.sold_products import list_price_code_layouts
from backend.organisations.texts import CertificationInvalid, NameBlank
from backend.people.permissions import Permission
from backend.shop.products.schemas import (
    AddProductIn,
    EditProductIn,
    OwnProductListQuery,
    OwnProductOut,
    OwnProductPage,
    PriceCodeLayoutsOut,
    SetPriceCodeLayoutsIn,
)
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.shop.shapes import ShopChoiceQuery
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("products", __name__, url_prefix="/v1/shop", description="The shop's local products.")

PRODUCT_ERRORS = (
    CertificationInvalid,
    GtinInStore,
    GtinInvalid,
    InStoreCodeInvalid,
    MunicipalityCodeInvalid,
    NameBlank,
    ProductCodeMissing,
    products.ProductCodeTaken,
    ShopEnded,
)


@face.operation(
    "GET",
    "/products",
    permission=Permission.READ_OWN_SHOP,
    query=OwnProductListQuery,
    answer=OwnProductPage,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def list_own_products(call: Call, query: dict[str, Any]) -> Page[Product]:
    """My shop's products."""
    return list_products_of_shop(
        call.session,
        shop_id=choose_shop(call, Permission.READ_OWN_SHOP, query["shop_id"]),
        includes_withdrawn=query["includes_withdrawn"],
        page=page_request(query),
    )


@face.operation(
    "POST",
    "/products",
    permission=Permission.EDIT_OWN_SHOP,
    body=AddProductIn,
    answer=OwnProductOut,
    status=201,
    errors=[*PRODUCT_ERRORS, ShopNotFound, ShopChoiceRequired],
    example={
        "name_ja": "秋鮭の切り身 二切れ",
        "name_en": "Autumn salmon, two slices",
        "origin_municipality_code": "012068",
        "in_store_code": "0201007005801",
        "price_yen": 580,
        "category": "fish",
    },
)
def add_product(call: Call, body: dict[str, Any]) -> Product:
    """Add a local product, or bring a withdrawn one with the same code back."""
    given = dict(body)
    return products.add_product(
        call.session,
        shop_id=choose_shop(call, Permission.EDIT_OWN_SHOP, given.pop("shop_id")),
        draft=products.ProductDraft(**given),
        region=call.ground.region,
        at=call.at,
    )


@face.operation(
    "PATCH",
    "/products/<uuid:product_id>",
    permission=Permission.EDIT_OWN_SHOP,
    body=EditProductIn,
    answer=OwnProductOut,
    errors=[*PRODUCT_ERRORS, ProductNotFound],
    example={"price_yen": 620},
)
def edit_product(call: Call, product_id: uuid.UUID, body: dict[str, Any]) -> Product:
    """Change a product of mine."""
    return products.edit_product(
        call.session,
        product_id=product_id,
        shop_ids=own_shops(call, Permission.EDIT_OWN_SHOP),
        changes=body,
        region=call.ground.region,
    )


@face.operation(
    "DELETE",
    "/products/<uuid:product_id>",
    permission=Permission.EDIT_OWN_SHOP,
    status=204,
    errors=[ProductNotFound],
)
def withdraw_product(call: Call, product_id: uuid.UUID) -> None:
    """Take a product off the list; what was bought stays known."""
    products.withdraw_product(
        call.session, product_id=product_id, shop_ids=own_shops(call, Permission.EDIT_OWN_SHOP), at=call.at
    )


@face.operation(
    "GET",
    "/price-codes",
    permission=Permission.READ_OWN_SHOP,
    query=ShopChoiceQuery,
    answer=PriceCodeLayoutsOut,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def get_price_codes(call: Call, query: dict[str, Any]) -> dict[str, Sequence[PriceCodeLayout]]:
    """How my shop's bar codes hold prices."""
    shop_id = choose_shop(call, Permission.READ_OWN_SHOP, query["shop_id"])
    return {"layouts": list_price_code_layouts(call.session, shop_id=shop_id)}


@face.operation(
    "PUT",
    "/price-codes",
    permission=Permission.EDIT_OWN_SHOP,
    query=ShopChoiceQuery,
    body=SetPriceCodeLayoutsIn,
    answer=PriceCodeLayoutsOut,
    errors=[ShopNotFound, ShopChoiceRequired, ShopEnded, PriceCodeLayoutInvalid],
    example={"layouts": [{"prefix": "02", "item_digits": 5, "price_digits": 5}]},
)
def set_price_codes(
    call: Call, body: dict[str, Any], query: dict[str, Any]
) -> dict[str, Sequence[PriceCodeLayout]]:
    """Say how my shop's bar codes hold prices, so that a product is known whatever its sticker says.

    Register the product with the code of any one price, or with prefix and item alone.
    """
    shop_id = choose_shop(call, Permission.EDIT_OWN_SHOP, query["shop_id"])
    layouts = by_prefix(Layout(**layout) for layout in body["layouts"])
    price_codes.set_price_code_layouts(call.session, shop_id=shop_id, layouts=layouts)
    return {"layouts": list_price_code_layouts(call.session, shop_id=shop_id)}
