"""Shops in the city's hands: seen, let in or turned away, suspended, closed."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.city.shops.schemas import (
    ClassifyShopIn,
    DecideShopIn,
    IdentifyShopIn,
    ShopListQuery,
    ShopOut,
    ShopPage,
)
from backend.membership import service as membership
from backend.organisations import queries
from backend.organisations.models import ShopStatus
from backend.organisations.queries import ShopDescription, ShopNotFound
from backend.organisations.rules import (
    RegistrationNumberInvalid,
    ShopAction,
    ShopPhoneMalformed,
    ShopTransitionRefused,
)
from backend.organisations.service import shops
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("shops", __name__, url_prefix="/v1/city", description="Which shops take part.")


@face.operation("GET", "/shops", permission=Permission.APPROVE_SHOPS, query=ShopListQuery, answer=ShopPage)
def list_shops(call: Call, query: dict[str, Any]) -> Page[ShopDescription]:
    """Shops of one status, or all, in the order in which they applied."""
    status = ShopStatus(query["status"]) if query["status"] else None
    return queries.list_shops_by_status(call.session, status=status, page=page_request(query))


@face.operation(
    "GET",
    "/shops/<uuid:shop_id>",
    permission=Permission.APPROVE_SHOPS,
    answer=ShopOut,
    errors=[ShopNotFound],
)
def get_shop(call: Call, shop_id: uuid.UUID) -> ShopDescription:
    """One shop with everything it told."""
    return queries.get_shop(call.session, shop_id=shop_id)


@face.operation(
    "POST",
    "/shops/<uuid:shop_id>/decisions",
    permission=Permission.APPROVE_SHOPS,
    body=DecideShopIn,
    answer=ShopOut,
    errors=[ShopNotFound, ShopTransitionRefused, shops.ReasonRequired],
    example={"action": "reject", "reason": "営業許可証の写しを添えて、もう一度お申し込みください。"},
)
def decide_shop(call: Call, shop_id: uuid.UUID, body: dict[str, Any]) -> ShopDescription:
    """Approve, reject, suspend, resume or close.

    Approving invites the contact as the shop's manager, rejecting tells the reason, both by e-mail. Closing
    ends the shop's API keys.
    """
    membership.decide_shop(
        call.session,
        shop_id=shop_id,
        action=ShopAction(body["action"]),
        reason=body["reason"],
        public_url=call.settings.public_url,
        at=call.at,
    )
    return queries.get_shop(call.session, shop_id=shop_id)


@face.operation(
    "PUT",
    "/shops/<uuid:shop_id>/class",
    permission=Permission.APPROVE_SHOPS,
    body=ClassifyShopIn,
    answer=ShopOut,
    errors=[ShopNotFound, shops.ShopEnded],
    example={"size_class": "small", "is_locally_owned": True},
)
def classify_shop(call: Call, shop_id: uuid.UUID, body: dict[str, Any]) -> ShopDescription:
    """Say whether a shop counts as small and as locally owned: campaigns pay by it."""
    shops.classify_shop(call.session, shop_id=shop_id, at=call.at, **body)
    return queries.get_shop(call.session, shop_id=shop_id)


@face.operation(
    "PUT",
    "/shops/<uuid:shop_id>/identifiers",
    permission=Permission.APPROVE_SHOPS,
    body=IdentifyShopIn,
    answer=ShopOut,
    errors=[ShopNotFound, shops.ShopEnded, RegistrationNumberInvalid, ShopPhoneMalformed],
    example={"registration_number": "T8700110005901", "phone": "0154-22-1234"},
)
def identify_shop(call: Call, shop_id: uuid.UUID, body: dict[str, Any]) -> ShopDescription:
    """Put right what the shop's receipts bear: receipts that citizens send in are told apart by it."""
    shops.identify_shop(call.session, shop_id=shop_id, at=call.at, **body)
    return queries.get_shop(call.session, shop_id=shop_id)
