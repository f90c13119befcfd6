"""A shop's own offers: drafted, edited, published, ended; their photos."""

import uuid
from typing import Any

from backend.base.images import (
    MEDIA_TYPES,
    SENT_MAX_BYTES,
    ImageTooLarge,
    ImageUnreadable,
    Picture,
    read_picture,
)
from backend.offers import queries
from backend.offers.models import BenefitKind, OfferStatus
from backend.offers.queries import OfferDescription, OfferNotFound, OfferPhotoNotFound
from backend.offers.rules import (
    TERMS,
    OfferPeriodInvalid,
    OfferTerms,
    OfferTermsContradictory,
    OfferTransitionRefused,
    state_of,
)
from backend.offers.service import offers, photos
from backend.organisations.queries import ProductNotFound, ShopNotFound
from backend.organisations.service.shops import ShopEnded
from backend.organisations.texts import NameBlank, TagInvalid
from backend.people.memberships import MemberListNotFound
from backend.people.permissions import Permission
from backend.people.principals import StaffPrincipal
from backend.shop.offers.schemas import (
    DRAFT_EXAMPLE,
    DraftOfferIn,
    EditOfferIn,
    OwnOfferListQuery,
    OwnOfferOut,
    OwnOfferPage,
)
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.web.binaries import Blob, BodyReader
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("offers", __name__, url_prefix="/v1/shop", description="What the shop offers.")

DRAFT_ERRORS = (
    MemberListNotFound,
    NameBlank,
    OfferPeriodInvalid,
    OfferTermsContradictory,
    ProductNotFound,
    ShopEnded,
    TagInvalid,
    offers.OfferLimitInvalid,
    offers.OfferShopsForeign,
)
PHOTO = BodyReader(MEDIA_TYPES, SENT_MAX_BYTES, read_picture)


@face.operation(
    "GET",
    "/offers",
    permission=Permission.READ_OWN_SHOP,
    query=OwnOfferListQuery,
    answer=OwnOfferPage,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def list_own_offers(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """My shop's offers and those good at it, newest first."""
    page = queries.list_offers_of_shop(
        call.session,
        shop_id=choose_shop(call, Permission.READ_OWN_SHOP, query["shop_id"]),
        status=OfferStatus(query["status"]) if query["status"] else None,
        page=page_request(query),
    )
    return {"items": [_present(found, call) for found in page.items], "next_cursor": page.next_cursor}


@face.operation(
    "GET",
    "/offers/<uuid:offer_id>",
    permission=Permission.READ_OWN_SHOP,
    answer=OwnOfferOut,
    errors=[OfferNotFound],
)
def get_own_offer(call: Call, offer_id: uuid.UUID) -> dict[str, Any]:
    """One of them."""
    return _own(call, offer_id)


@face.operation(
    "POST",
    "/offers",
    permission=Permission.EDIT_OWN_OFFERS,
    body=DraftOfferIn,
    answer=OwnOfferOut,
    status=201,
    errors=[*DRAFT_ERRORS, ShopNotFound, ShopChoiceRequired],
    example=DRAFT_EXAMPLE,
)
def draft_offer(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Draft an offer. Citizens see it once it is published and its display window has begun."""
    given = dict(body)
    shop_id = choose_shop(call, Permission.EDIT_OWN_OFFERS, given.pop("shop_id"))
    values = _values(given)
    draft = offers.OfferDraft(**values | {"shop_ids": values["shop_ids"] or [shop_id]})
    assert isinstance(call.shop_side, StaffPrincipal)  # noqa: S101 (no register's scope has the permission)
    offer = offers.draft_offer(
        call.session, shop_id=shop_id, draft=draft, created_by=call.shop_side.staff_id, at=call.at
    )
    return _own(call, offer.id)


@face.operation(
    "PATCH",
    "/offers/<uuid:offer_id>",
    permission=Permission.EDIT_OWN_OFFERS,
    body=EditOfferIn,
    answer=OwnOfferOut,
    errors=[*DRAFT_ERRORS, OfferNotFound, ShopNotFound, offers.OfferClosed, offers.OfferConditionsFrozen],
    example={"stock": 200},
)
def edit_offer(call: Call, offer_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Change an offer of mine: a draft freely, afterwards only texts, tags, more stock and later ends."""
    offers.edit_offer(
        call.session,
        offer_id=offer_id,
        shop_ids=own_shops(call, Permission.EDIT_OWN_OFFERS),
        changes=_values(body),
        at=call.at,
    )
    return _own(call, offer_id)


@face.operation(
    "POST",
    "/offers/<uuid:offer_id>/publication",
    permission=Permission.EDIT_OWN_OFFERS,
    answer=OwnOfferOut,
    errors=[OfferNotFound, OfferTransitionRefused, OfferPeriodInvalid, offers.OfferShopNotActive],
)
def publish_offer(call: Call, offer_id: uuid.UUID) -> dict[str, Any]:
    """Show it to citizens. From now on its conditions stand."""
    offers.publish_offer(
        call.session, offer_id=offer_id, shop_ids=own_shops(call, Permission.EDIT_OWN_OFFERS), at=call.at
    )
    return _own(call, offer_id)


@face.operation(
    "POST",
    "/offers/<uuid:offer_id>/end",
    permission=Permission.EDIT_OWN_OFFERS,
    answer=OwnOfferOut,
    errors=[OfferNotFound, OfferTransitionRefused],
)
def end_offer(call: Call, offer_id: uuid.UUID) -> dict[str, Any]:
    """Let nobody take it any more. Coupons that were taken stay good."""
    offers.end_offer(
        call.session, offer_id=offer_id, shop_ids=own_shops(call, Permission.EDIT_OWN_OFFERS), at=call.at
    )
    return _own(call, offer_id)


@face.operation(
    "GET",
    "/offers/<uuid:offer_id>/photo",
    permission=Permission.READ_OWN_SHOP,
    answer=("image/jpeg",),
    errors=[OfferPhotoNotFound],
)
def get_own_offer_photo(call: Call, offer_id: uuid.UUID) -> Blob:
    """The photo, also of an offer that citizens do not see."""
    photo = queries.get_photo_of_shops(
        call.session, offer_id=offer_id, shop_ids=own_shops(call, Permission.READ_OWN_SHOP)
    )
    return Blob(
        photo.media_type,
        photo.etag,
        lambda: queries.get_photo_content(call.session, offer_id=offer_id),
    )


@face.operation(
    "PUT",
    "/offers/<uuid:offer_id>/photo",
    permission=Permission.EDIT_OWN_OFFERS,
    body=PHOTO,
    answer=OwnOfferOut,
    errors=[OfferNotFound, offers.OfferClosed, ImageUnreadable, ImageTooLarge],
)
def put_offer_photo(call: Call, offer_id: uuid.UUID, body: Picture) -> dict[str, Any]:
    """Give it a photo, 5 MB and 24 million pixels at most. Where it was taken and by what is not kept."""
    photos.put_photo(
        call.session,
        offer_id=offer_id,
        shop_ids=own_shops(call, Permission.EDIT_OWN_OFFERS),
        picture=body,
        at=call.at,
    )
    return _own(call, offer_id)


@face.operation(
    "DELETE",
    "/offers/<uuid:offer_id>/photo",
    permission=Permission.EDIT_OWN_OFFERS,
    status=204,
    errors=[OfferNotFound, OfferPhotoNotFound, offers.OfferClosed],
)
def delete_offer_photo(call: Call, offer_id: uuid.UUID) -> None:
    """Take its photo away."""
    photos.delete_photo(
        call.session, offer_id=offer_id, shop_ids=own_shops(call, Permission.EDIT_OWN_OFFERS), at=call.at
    )


def _values(body: dict[str, Any]) -> dict[str, Any]:
    """Fields of an OfferDraft, only those that were given."""
    values = dict(body)
    for name in ("names", "descriptions"):
        if name in values:
            values[name] = _texts(values[name] or {})
    if "benefit" in values:
        benefit = dict(values.pop("benefit"))
        values["terms"] = OfferTerms(kind=BenefitKind(benefit.pop("kind")), **benefit)
    return values


def _texts(body: dict[str, str | None]) -> dict[str, str]:
    """Language → text, only what was given."""
    named = {"ja": body.get("ja"), "ja@easy": body.get("ja_easy"), "en": body.get("en")}
    return {language: text for language, text in named.items() if text}


def _own(call: Call, offer_id: uuid.UUID) -> dict[str, Any]:
    shop_ids = own_shops(call, Permission.READ_OWN_SHOP)
    return _present(queries.get_offer_of_shops(call.session, offer_id=offer_id, shop_ids=shop_ids), call)


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
        "state": state.value,
        "benefit": {"kind": offer.benefit_kind, **{name: getattr(offer, name) for name in TERMS}},
        "tags": found.tags,
        "shop_ids": found.shop_ids,
        "photo_path": f"/v1/shop/offers/{offer.id}/photo" if found.photo_etag else None,
        "taken_count": found.taken_count,
        "redeemed_count": found.redeemed_count,
    }


COLUMNS = (
    "id",
    "shop_id",
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
    "created_at",
    "updated_at",
    "published_at",
    "ended_at",
)
