"""The citizen's coupons, and the tokens shown for them at the till."""

import uuid
from typing import Any

from backend.mobile.coupons.schemas import CouponListQuery, CouponPage, CouponTokenOut
from backend.mobile.offers.presenters import present_coupon
from backend.offers import queries
from backend.offers.queries import CouponNotFound
from backend.offers.rules import CouponExpired, CouponUsed, OfferHeld, OfferNotUsableYet, OfferRemoved
from backend.offers.service import coupons
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("coupons", __name__, url_prefix="/v1/me/coupons", description="Coupons I have taken.")


@face.operation("GET", "", permission=Permission.MANAGE_OWN_COUPONS, query=CouponListQuery, answer=CouponPage)
def list_coupons(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """My coupons, newest first."""
    page = queries.list_coupons(
        call.session,
        account_id=call.citizen.account_id,
        only_usable=query["only_usable"],
        at=call.at,
        page=page_request(query),
    )
    return {"items": [present_coupon(card, call) for card in page.items], "next_cursor": page.next_cursor}


@face.operation(
    "POST",
    "/<uuid:coupon_id>/tokens",
    permission=Permission.MANAGE_OWN_COUPONS,
    answer=CouponTokenOut,
    status=201,
    errors=[CouponNotFound, CouponUsed, CouponExpired, OfferNotUsableYet, OfferHeld, OfferRemoved],
)
def issue_coupon_token(call: Call, coupon_id: uuid.UUID) -> coupons.CouponToken:
    """What to show at the till: good for three minutes, with a purchase of mine, and in place of the one before."""
    return coupons.issue_token(
        call.session, coupon_id=coupon_id, account_id=call.citizen.account_id, at=call.at
    )
