"""Codes on the till: issue, poll, cancel."""

import uuid
from typing import Any

from backend.organisations.queries import ShopNotFound
from backend.people.permissions import Permission
from backend.purchases.queries import TillCodeNotFound
from backend.purchases.service import codes
from backend.shop.codes.schemas import IssueTillCodeIn, TillCodeOut
from backend.shop.sales import SALE_ERRORS, issuer_of, sale_of
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.web.calls import Call
from backend.web.contracts import Face

face = Face("codes", __name__, url_prefix="/v1/shop", description="The code a till shows for one sale.")


@face.operation(
    "POST",
    "/codes",
    permission=Permission.ISSUE_TILL_CODES,
    body=IssueTillCodeIn,
    answer=TillCodeOut,
    status=201,
    errors=[codes.ShopNotActive, ShopChoiceRequired, ShopNotFound, *SALE_ERRORS],
    example={"amount_yen": 1280},
)
def issue_till_code(call: Call, body: dict[str, Any]) -> codes.TillCodeCard:
    """A signed code for one sale: short-lived, good for one purchase."""
    shop_id = choose_shop(call, Permission.ISSUE_TILL_CODES, body["shop_id"])
    return codes.issue_till_code(
        call.session,
        shop_id=shop_id,
        issuer=issuer_of(call),
        sale=sale_of(call, shop_id, body),
        lifetime_seconds=call.settings.till_code_seconds,
        public_url=call.settings.public_url,
        vault=call.ground.vault,
        at=call.at,
    )


@face.operation(
    "GET",
    "/codes/<uuid:code_id>",
    permission=Permission.ISSUE_TILL_CODES,
    answer=TillCodeOut,
    errors=[TillCodeNotFound],
)
def get_till_code(call: Call, code_id: uuid.UUID) -> codes.TillCodeCard:
    """Has it been used? A till asks every second or two; an unchanged answer is a 304."""
    return codes.get_till_code_card(
        call.session, code_id=code_id, shop_ids=own_shops(call, Permission.ISSUE_TILL_CODES), at=call.at
    )


@face.operation(
    "DELETE",
    "/codes/<uuid:code_id>",
    permission=Permission.ISSUE_TILL_CODES,
    answer=TillCodeOut,
    errors=[TillCodeNotFound, codes.TillCodeUsed, codes.TillCodeNotIssuedByCaller],
)
def cancel_till_code(call: Call, code_id: uuid.UUID) -> codes.TillCodeCard:
    """Take back a code that I issued and nobody has used."""
    return codes.cancel_till_code(
        call.session,
        code_id=code_id,
        shop_ids=own_shops(call, Permission.ISSUE_TILL_CODES),
        issuer=issuer_of(call),
        at=call.at,
    )
