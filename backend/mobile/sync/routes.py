"""What changed since the app last asked."""

from datetime import timedelta
from typing import Any

from backend.base.pages import CursorInvalid
from backend.changes import queries
from backend.changes.kinds import Reader
from backend.mobile.campaigns.presenters import present_campaign
from backend.mobile.offers.presenters import present_offer
from backend.mobile.products.presenters import present_product
from backend.mobile.shops.presenters import present_found_shop
from backend.mobile.sync.schemas import ChangeListQuery, ChangesOut
from backend.organisations.queries import FoundShop, ShopDescription
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face

face = Face("sync", __name__, url_prefix="/v1", description="For apps that work without network.")


@face.operation(
    "GET",
    "/sync",
    permission=Permission.READ_OWN_NOTICES,
    query=ChangeListQuery,
    answer=ChangesOut,
    errors=[CursorInvalid],
)
def list_changes(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """At first all that the lists of shops, products, offers, campaigns and notices show me; then what changed.

    A cursor that is too old, or of another citizen or language, is answered with everything anew: `starts_over`.
    """
    changes = queries.list_changes(
        call.session,
        reader=Reader(call.citizen.citizen_id, call.language),
        since=query["since"],
        limit=query["limit"],
        kept=timedelta(days=call.ground.settings.changes_kept_days),
        at=call.at,
    )
    found = changes.found
    return {
        "starts_over": changes.starts_over,
        "shops": [_present_shop(shop, call) for shop in found["shops"]],
        "products": [present_product(product, call.language) for product in found["products"]],
        "offers": [present_offer(offer, call.language) for offer in found["offers"]],
        "campaigns": [present_campaign(campaign, call) for campaign in found["campaigns"]],
        "notices": found["notices"],
        "removed": changes.removed,
        "has_more": changes.has_more,
        "next_cursor": changes.next_cursor,
    }


def _present_shop(described: ShopDescription, call: Call) -> dict[str, Any]:
    found = FoundShop(described.shop, described.tags, described.is_open(call.at), distance_metres=None)
    return {**present_found_shop(found, call.language), "hours": described.hours}
