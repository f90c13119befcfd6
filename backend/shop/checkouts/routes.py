"""Sales in two steps: the citizen's points are held while the rest is paid."""

import uuid
from typing import Any

from backend.offers.redeeming import REDEEMING_ERRORS
from backend.organisations.queries import ShopNotFound
from backend.people.permissions import Permission
from backend.purchases.queries import PurchaseRecord
from backend.purchases.service import checkouts
from backend.purchases.service.codes import ShopNotActive
from backend.shop.checkouts.schemas import CheckoutOut, CompleteCheckoutIn, OpenCheckoutIn
from backend.shop.purchases.routes import GUESSES
from backend.shop.purchases.schemas import SaleOut
from backend.shop.sales import (
    CITIZEN_CODE_ERRORS,
    SALE_ERRORS,
    issuer_of,
    sale_context,
    sale_of,
    sale_request_of,
)
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.web.calls import Call
from backend.web.contracts import Face

face = Face("checkouts", __name__, url_prefix="/v1/shop", description="Sales in two steps.")


@face.operation(
    "POST",
    "/checkouts",
    permission=Permission.SELL_TO_CITIZENS,
    body=OpenCheckoutIn,
    answer=CheckoutOut,
    status=201,
    errors=[ShopNotActive, ShopChoiceRequired, ShopNotFound, *SALE_ERRORS, *CITIZEN_CODE_ERRORS],
    limits=[GUESSES],
    idempotent=True,
    example={"citizen_code": "2718 2818 28459", "amount_yen": 1280},
)
def open_checkout(call: Call, body: dict[str, Any]) -> checkouts.CheckoutCard:
    """Hold the points of whoever shows their code, for ten minutes; the answer tells what is left to pay."""
    shop_id = choose_shop(call, Permission.SELL_TO_CITIZENS, body["shop_id"])
    return checkouts.open_checkout(
        call.session,
        shop_id=shop_id,
        issuer=issuer_of(call),
        request=sale_request_of(call, shop_id, body),
        context=sale_context(call),
        at=call.at,
    )


@face.operation(
    "GET",
    "/checkouts/<uuid:checkout_id>",
    permission=Permission.SELL_TO_CITIZENS,
    answer=CheckoutOut,
    errors=[checkouts.CheckoutNotFound],
)
def get_checkout(call: Call, checkout_id: uuid.UUID) -> checkouts.CheckoutCard:
    """How it stands."""
    return checkouts.get_checkout_card(
        call.session,
        checkout_id=checkout_id,
        shop_ids=own_shops(call, Permission.SELL_TO_CITIZENS),
        at=call.at,
    )


@face.operation(
    "POST",
    "/checkouts/<uuid:checkout_id>/completion",
    permission=Permission.SELL_TO_CITIZENS,
    body=CompleteCheckoutIn,
    answer=SaleOut,
    status=201,
    errors=[
        checkouts.CheckoutNotFound,
        checkouts.CheckoutClosed,
        checkouts.CheckoutExpired,
        checkouts.CheckoutAmountRaised,
        ShopNotActive,
        *SALE_ERRORS,
        *REDEEMING_ERRORS,
    ],
    idempotent=True,
    example={"amount_yen": 1180},
)
def complete_checkout(call: Call, checkout_id: uuid.UUID, body: dict[str, Any]) -> PurchaseRecord:
    """Record the purchase, of a smaller amount if some goods were left; points not needed are free again."""
    shop_ids = own_shops(call, Permission.SELL_TO_CITIZENS)
    sale = None
    if body["amount_yen"] is not None:
        card = checkouts.get_checkout_card(
            call.session, checkout_id=checkout_id, shop_ids=shop_ids, at=call.at
        )
        sale = sale_of(call, card.shop_id, body)
    return checkouts.complete_checkout(
        call.session,
        checkout_id=checkout_id,
        shop_ids=shop_ids,
        sale=sale,
        region=call.ground.region,
        at=call.at,
    )


@face.operation(
    "DELETE",
    "/checkouts/<uuid:checkout_id>",
    permission=Permission.SELL_TO_CITIZENS,
    answer=CheckoutOut,
    errors=[checkouts.CheckoutNotFound, checkouts.CheckoutClosed, checkouts.CheckoutExpired],
)
def cancel_checkout(call: Call, checkout_id: uuid.UUID) -> checkouts.CheckoutCard:
    """Nothing was sold: the points are free again."""
    return checkouts.cancel_checkout(
        call.session,
        checkout_id=checkout_id,
        shop_ids=own_shops(call, Permission.SELL_TO_CITIZENS),
        at=call.at,
    )
