"""Offers as citizens find and take them."""

import uuid
from typing import Any

from backend.mobile.coupons.schemas import CouponOut
from backend.mobile.offers.presenters import present_coupon, present_offer, present_offer_detail
from backend.mobile.offers.schemas import OfferDetailOut, OfferListQuery, OfferPage
from backend.offers import browsing, queries
from backend.offers.browsing import OfferFilters
from backend.offers.queries import OfferNotFound, OfferPhotoNotFound
from backend.offers.service import coupons
from backend.organisations.regions import RingUnknown
from backend.organisations.rules import PositionInvalid, read_circle
from backend.people.permissions import Permission
from backend.people.principals import CitizenPrincipal
from backend.web.binaries import Blob
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("offers", __name__, url_prefix="/v1", description="What shops offer, and coupons for it.")


@face.operation(
    "GET",
    "/offers",
    permission=Permission.PUBLIC,
    query=OfferListQuery,
    answer=OfferPage,
    errors=[RingUnknown, PositionInvalid],
)
def list_offers(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Offers shown now: nearest first where a point is given, else the newest or the soonest to end first."""
    filters = OfferFilters(
        text=query["text"],
        tag=query["tag"],
        rings=call.ground.region.rings_meant(ring=query["ring"], within_ring=query["within_ring"]),
        district=query["district"],
        shop_id=query["shop_id"],
        near=read_circle(query["latitude"], query["longitude"], query["radius_m"]),
        ending_soon=query["ending_soon"],
    )
    page = browsing.list_offers(
        call.session, filters=filters, citizen_id=_caller(call), at=call.at, page=page_request(query)
    )
    items = [present_offer(found, call.language) for found in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


@face.operation(
    "GET",
    "/offers/<uuid:offer_id>",
    permission=Permission.PUBLIC,
    answer=OfferDetailOut,
    errors=[OfferNotFound],
)
def get_offer(call: Call, offer_id: uuid.UUID) -> dict[str, Any]:
    """One offer shown now, with where it is good."""
    detail = browsing.get_displayed_offer(
        call.session, offer_id=offer_id, citizen_id=_caller(call), at=call.at
    )
    return present_offer_detail(detail, call.language)


@face.operation(
    "GET",
    "/offers/<uuid:offer_id>/photo",
    permission=Permission.PUBLIC,
    answer=("image/jpeg",),
    errors=[OfferPhotoNotFound],
)
def get_offer_photo(call: Call, offer_id: uuid.UUID) -> Blob:
    """Its photo, 1280 pixels wide and high at most, 200 kB at most."""
    photo = queries.get_public_photo(call.session, offer_id=offer_id, at=call.at)
    return Blob(
        photo.media_type,
        photo.etag,
        lambda: queries.get_photo_content(call.session, offer_id=offer_id),
        is_public=True,
    )


@face.operation(
    "POST",
    "/offers/<uuid:offer_id>/coupons",
    permission=Permission.MANAGE_OWN_COUPONS,
    answer=CouponOut,
    status=201,
    errors=[OfferNotFound, coupons.OfferSoldOut, coupons.CouponLimitReached],
)
def take_coupon(call: Call, offer_id: uuid.UUID) -> dict[str, Any]:
    """Take a coupon: one use of the offer, mine alone. Whether an earlier try succeeded, `/v1/me/coupons` tells."""
    taker = call.citizen
    coupon = coupons.take_coupon(
        call.session,
        offer_id=offer_id,
        citizen_id=taker.citizen_id,
        account_id=taker.account_id,
        at=call.at,
    )
    card = queries.get_coupon(call.session, coupon_id=coupon.id, account_id=taker.account_id)
    return present_coupon(card, call)


def _caller(call: Call) -> uuid.UUID | None:
    """Whoever is signed in also sees what is for members, and what they saved."""
    return call.principal.citizen_id if isinstance(call.principal, CitizenPrincipal) else None
