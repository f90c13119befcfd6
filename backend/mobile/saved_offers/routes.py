"""Offers that the citizen saved."""

import uuid
from typing import Any

from backend.mobile.offers.presenters import present_offer
from backend.mobile.offers.schemas import OfferPage
from backend.offers import browsing
from backend.offers.queries import OfferNotFound
from backend.offers.service import saving
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import PageQuery, page_request

face = Face("saved offers", __name__, url_prefix="/v1/me", description="Offers to find again.")


@face.operation(
    "GET",
    "/saved-offers",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    query=PageQuery,
    answer=OfferPage,
)
def list_saved_offers(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Offers I saved that are shown now, the last saved first."""
    page = browsing.list_saved_offers(
        call.session, citizen_id=call.citizen.citizen_id, at=call.at, page=page_request(query)
    )
    items = [present_offer(found, call.language) for found in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


@face.operation(
    "PUT",
    "/saved-offers/<uuid:offer_id>",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    status=204,
    errors=[OfferNotFound],
)
def save_offer(call: Call, offer_id: uuid.UUID) -> None:
    """Save an offer that is shown now."""
    saving.save_offer(call.session, offer_id=offer_id, citizen_id=call.citizen.citizen_id, at=call.at)


@face.operation(
    "DELETE", "/saved-offers/<uuid:offer_id>", permission=Permission.MANAGE_OWN_ACCOUNT, status=204
)
def forget_offer(call: Call, offer_id: uuid.UUID) -> None:
    """Save it no more."""
    saving.forget_offer(call.session, offer_id=offer_id, citizen_id=call.citizen.citizen_id)
