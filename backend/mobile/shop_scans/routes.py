"""Which shop a citizen stands in front of, before anything is said of a purchase."""

from typing import Any

from backend.base.text import pick_language
from backend.mobile.shop_scans.schemas import ResolveShopScanIn, ScannedShopOut
from backend.organisations.queries import get_shop
from backend.organisations.service.shop_codes import SHOP_SCAN_ERRORS, find_shop_by_scan
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit

face = Face("shop scans", __name__, url_prefix="/v1", description="Scan what names a shop.")

GUESSES = RateLimit("scan", "scan_refusals", By.TOKEN, refusals_only=True)


@face.operation(
    "POST",
    "/scans/shop",
    permission=Permission.RECORD_OWN_PURCHASES,
    body=ResolveShopScanIn,
    answer=ScannedShopOut,
    errors=SHOP_SCAN_ERRORS,
    limits=[GUESSES],
    writes=False,
    example={"scanned": "https://meguri.example.jp/s/4829153076123"},
)
def resolve_shop_scan(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Say which shop a poster, its digits or a JPQR sticker means: to be looked at before anything is stated."""
    shop_id = find_shop_by_scan(call.session, scanned=body["scanned"], public_url=call.settings.public_url)
    shop = get_shop(call.session, shop_id=shop_id).shop
    place = call.ground.region.municipalities.get(shop.municipality_code)
    names = {"ja": place.name_ja, "en": place.name_en} if place else None
    return {
        "id": shop.id,
        "name": pick_language({"ja": shop.name_ja, "en": shop.name_en}, call.language),
        "municipality": pick_language(names, call.language) if names else None,
        "district": shop.district,
        "address": shop.address,
    }
