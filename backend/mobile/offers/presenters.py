"""Offers and coupons in the caller's language."""

import uuid
from typing import Any

from backend.base.text import pick_language
from backend.offers.browsing import FoundOffer, OfferDetail
from backend.offers.models import Offer
from backend.offers.queries import CouponCard
from backend.offers.rules import TERMS, coupon_state
from backend.organisations.models import Shop
from backend.web.calls import Call


def present_offer(found: FoundOffer, language: str) -> dict[str, Any]:
    offer, distance = found.offer, found.distance_metres
    return {
        **_heading(offer, found.shop, found.photo_etag, language),
        "tags": found.tags,
        "displayed_until": offer.displayed_until,
        "usable_from": offer.usable_from,
        "usable_until": offer.usable_until,
        "stock_left": offer.stock_left,
        "is_for_members": offer.member_list_id is not None,
        "is_saved": found.is_saved,
        "distance_m": None if distance is None else round(distance),
    }


def present_offer_detail(detail: OfferDetail, language: str) -> dict[str, Any]:
    offer, product = detail.found.offer, detail.product
    return {
        **present_offer(detail.found, language),
        "description": pick_language(offer.descriptions, language),
        "shops": [_place(shop, language) for shop in detail.shops],
        "product": product
        and {
            "id": product.id,
            "name": pick_language({"ja": product.name_ja, "en": product.name_en}, language),
            "origin_ring": product.origin_ring,
            "price_yen": product.price_yen,
        },
        "per_person_limit": offer.per_person_limit,
    }


def present_coupon(card: CouponCard, call: Call) -> dict[str, Any]:
    coupon, redeemable = card.coupon, card.redeemable
    return {
        "id": coupon.id,
        "offer": _heading(card.offer, card.shop, card.photo_etag, call.language),
        "state": coupon_state(redeemable, call.at).value,
        "taken_at": coupon.taken_at,
        "usable_from": redeemable.usable_from,
        "usable_until": redeemable.usable_until,
        "redeemed_at": coupon.redeemed_at,
        "purchase_id": coupon.purchase_id,
    }


def present_benefit(offer: Offer) -> dict[str, Any]:
    return {"kind": offer.benefit_kind, **{name: getattr(offer, name) for name in TERMS}}


def _heading(offer: Offer, shop: Shop, photo_etag: str | None, language: str) -> dict[str, Any]:
    return {
        "id": offer.id,
        "name": pick_language(offer.names, language),
        "benefit": present_benefit(offer),
        "shop": {"id": shop.id, "name": shop_name(shop, language), "district": shop.district},
        "photo_path": photo_path(offer.id) if photo_etag else None,
    }


def _place(shop: Shop, language: str) -> dict[str, Any]:
    return {
        "id": shop.id,
        "name": shop_name(shop, language),
        "district": shop.district,
        "address": shop.address,
        "latitude": shop.latitude,
        "longitude": shop.longitude,
    }


def shop_name(shop: Shop, language: str) -> str:
    return pick_language({"ja": shop.name_ja, "en": shop.name_en}, language)


def photo_path(offer_id: uuid.UUID) -> str:
    return f"/v1/offers/{offer_id}/photo"
