"""Purchases that citizens state and the shop confirms."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.claims import queries
from backend.claims.models import ActorKind, Claim, DecisionCode
from backend.claims.queries import ClaimNotFound
from backend.claims.service import deciding
from backend.claims.service.deciding import ClaimNotWaiting, Decision, OwnClaimRefused, Verdict
from backend.claims.service.recording import Actor, ClaimContext
from backend.organisations.queries import ShopNotActive, ShopNotFound
from backend.people.permissions import Permission
from backend.people.principals import StaffPrincipal
from backend.shop.claims.schemas import RefuseClaimIn, ShopClaimOut, ShopClaimPage, WaitingClaimListQuery
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face(
    "claims",
    __name__,
    url_prefix="/v1/shop/claims",
    description="Purchases that citizens state and the shop confirms.",
)


@face.operation(
    "GET",
    "",
    permission=Permission.CONFIRM_CLAIMS,
    query=WaitingClaimListQuery,
    answer=ShopClaimPage,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def list_waiting_claims(call: Call, query: dict[str, Any]) -> Page[Claim]:
    """What waits for my shop, oldest first. What it does not decide in time the city decides."""
    shop_id = choose_shop(call, Permission.CONFIRM_CLAIMS, query["shop_id"])
    found = queries.list_claims_of_shop(call.session, shop_id=shop_id, at=call.at, page=page_request(query))
    return Page([record.claim for record in found.items], found.next_cursor)


@face.operation(
    "POST",
    "/<uuid:claim_id>/confirmation",
    permission=Permission.CONFIRM_CLAIMS,
    answer=ShopClaimOut,
    errors=[ClaimNotFound, ClaimNotWaiting, OwnClaimRefused, ShopNotActive],
)
def confirm_claim(call: Call, claim_id: uuid.UUID) -> Claim:
    """It was sold here for this amount: it becomes a purchase, and earns by the moment it was bought."""
    return _decide(call, claim_id, Decision(verdict=Verdict.ACCEPT, code=DecisionCode.CONFIRMED_BY_SHOP))


@face.operation(
    "POST",
    "/<uuid:claim_id>/refusal",
    permission=Permission.CONFIRM_CLAIMS,
    body=RefuseClaimIn,
    answer=ShopClaimOut,
    errors=[ClaimNotFound, ClaimNotWaiting, OwnClaimRefused],
    example={"reason": "この時間に680円の会計はありませんでした"},
)
def refuse_claim(call: Call, body: dict[str, Any], claim_id: uuid.UUID) -> Claim:
    """It was not sold here, or for another amount. The citizen can ask the city to look at it."""
    decision = Decision(verdict=Verdict.REJECT, code=DecisionCode.NO_SUCH_SALE, reason=body["reason"])
    return _decide(call, claim_id, decision)


def _decide(call: Call, claim_id: uuid.UUID, decision: Decision) -> Claim:
    return deciding.decide_by_shop(
        call.session,
        claim_id=claim_id,
        shop_ids=own_shops(call, Permission.CONFIRM_CLAIMS),
        decision=decision,
        actor=_actor(call),
        context=ClaimContext(call.ground.region, call.ground.claim_terms),
        at=call.at,
    )


def _actor(call: Call) -> Actor:
    principal = call.shop_side
    if isinstance(principal, StaffPrincipal):
        return Actor(ActorKind.CLERK, principal.staff_id)
    return Actor(ActorKind.REGISTER, principal.api_key_id)
