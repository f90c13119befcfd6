"""Shops in the caller's language."""

from typing import Any

from backend.base.text import pick_language
from backend.organisations.models import Shop
from backend.organisations.queries import FoundShop


def present_found_shop(found: FoundShop, language: str) -> dict[str, Any]:
    distance = found.distance_metres
    return {
        **present_shop(found.shop, language),
        "tags": found.tags,
        "is_open": found.is_open,
        "distance_m": None if distance is None else round(distance),
    }


def present_shop(shop: Shop, language: str) -> dict[str, Any]:
    return {
        "id": shop.id,
        "name": pick_language({"ja": shop.name_ja, "en": shop.name_en}, language),
        "municipality_code": shop.municipality_code,
        "ring": shop.ring,
        "district": shop.district,
        "address": shop.address,
        "latitude": shop.latitude,
        "longitude": shop.longitude,
        "size_class": shop.size_class,
        "is_locally_owned": shop.is_locally_owned,
    }
