"""Offers in the city's hands: seen, held, released, removed."""

import uuid
from typing import Any

from backend.city.offers.schemas import CityOfferOut, CityOfferPage, OfferListQuery, OfferReasonIn
from backend.offers import queries
from backend.offers.models import OfferStatus
from backend.offers.queries import OfferDescription, OfferNotFound, OfferPhotoNotFound
from backend.offers.rules import TERMS, OfferTransitionRefused, state_of
from backend.offers.service import offers
from backend.organisations.service.shops import ReasonRequired
from backend.people.permissions import Permission
from backend.web.binaries import Blob
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("offers", __name__, url_prefix="/v1/city", description="What shops offer to citizens.")


@face.operation(
    "GET", "/offers", permission=Permission.MODERATE_OFFERS, query=OfferListQuery, answer=CityOfferPage
)
def list_offers(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """All offers but drafts, newest first."""
    status = OfferStatus(query["status"]) if query["status"] else None
    page = queries.list_offers_for_city(call.session, status=status, page=page_request(query))
    return {"items": [_present(found, call) for found in page.items], "next_cursor": page.next_cursor}


@face.operation(
    "GET",
    "/offers/<uuid:offer_id>",
    permission=Permission.MODERATE_OFFERS,
    answer=CityOfferOut,
    errors=[OfferNotFound],
)
def get_offer(call: Call, offer_id: uuid.UUID) -> dict[str, Any]:
    """One offer, and what became of its coupons."""
    return _offer(call, offer_id)


@face.operation(
    "GET",
    "/offers/<uuid:offer_id>/photo",
    permission=Permission.MODERATE_OFFERS,
    answer=("image/jpeg",),
    errors=[OfferPhotoNotFound],
)
def get_offer_photo(call: Call, offer_id: uuid.UUID) -> Blob:
    """Its photo, also while citizens do not see it."""
    photo = queries.get_photo_for_city(call.session, offer_id=offer_id)
    return Blob(
        photo.media_type,
        photo.etag,
        lambda: queries.get_photo_content(call.session, offer_id=offer_id),
    )


@face.operation(
    "POST",
    "/offers/<uuid:offer_id>/hold",
    permission=Permission.MODERATE_OFFERS,
    body=OfferReasonIn,
    answer=CityOfferOut,
    errors=[OfferNotFound, OfferTransitionRefused, ReasonRequired],
    example={"reason": "産地の表示を確認しています。"},
)
def hold_offer(call: Call, offer_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Neither shown nor taken nor redeemed until it is released. The shop is told why."""
    offers.hold_offer(call.session, offer_id=offer_id, reason=body["reason"], at=call.at)
    return _offer(call, offer_id)


@face.operation(
    "POST",
    "/offers/<uuid:offer_id>/release",
    permission=Permission.MODERATE_OFFERS,
    answer=CityOfferOut,
    errors=[OfferNotFound, OfferTransitionRefused],
)
def release_offer(call: Call, offer_id: uuid.UUID) -> dict[str, Any]:
    """Let an offer that is held go on as if it had never been."""
    offers.release_offer(call.session, offer_id=offer_id, at=call.at)
    return _offer(call, offer_id)


@face.operation(
    "POST",
    "/offers/<uuid:offer_id>/removal",
    permission=Permission.MODERATE_OFFERS,
    body=OfferReasonIn,
    answer=CityOfferOut,
    errors=[OfferNotFound, OfferTransitionRefused, ReasonRequired],
    example={"reason": "景品表示法の上限を超えています。"},
)
def remove_offer(call: Call, offer_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Remove an offer for good, with all its coupons. The shop is told why."""
    offers.remove_offer(call.session, offer_id=offer_id, reason=body["reason"], at=call.at)
    return _offer(call, offer_id)


def _offer(call: Call, offer_id: uuid.UUID) -> dict[str, Any]:
    return _present(queries.get_offer_for_city(call.session, offer_id=offer_id), call)


def _present(found: OfferDescription, call: Call) -> dict[str, Any]:
    offer = found.offer
    state = state_of(
        status=offer.status,
        displayed_from=offer.displayed_from,
        usable_until=offer.usable_until,
        at=call.at,
    )
    return {
        **{name: getattr(offer, name) for name in COLUMNS},
        "shop": {"id": found.shop.id, "name": found.shop.name_ja},
        "state": state.value,
        "benefit": {"kind": offer.benefit_kind, **{name: getattr(offer, name) for name in TERMS}},
        "tags": found.tags,
        "shop_ids": found.shop_ids,
        "photo_path": f"/v1/city/offers/{offer.id}/photo" if found.photo_etag else None,
        "taken_count": found.taken_count,
        "redeemed_count": found.redeemed_count,
    }


COLUMNS = (
    "id",
    "status",
    "status_reason",
    "names",
    "descriptions",
    "product_id",
    "displayed_from",
    "displayed_until",
    "usable_from",
    "usable_until",
    "stock",
    "stock_left",
    "per_person_limit",
    "member_list_id",
    "published_at",
    "updated_at",
    "ended_at",
)
