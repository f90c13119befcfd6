"""The review queue: what no shop confirmed, what looks odd, what was appealed."""

import uuid
from datetime import timedelta
from typing import Any

from backend.base.errors import SecondPersonRequired
from backend.city.claims.schemas import (
    DECISION_EXAMPLE,
    ClaimListQuery,
    DecideClaimIn,
    ReviewedClaimDetailOut,
    ReviewedClaimPage,
)
from backend.claims import queries
from backend.claims.models import ClaimKind, ClaimStatus, DecisionCode, WaitsFor
from backend.claims.queries import ClaimFilters, ClaimNotFound, ClaimRecord
from backend.claims.service import deciding
from backend.claims.service.deciding import (
    ClaimNotWaiting,
    ClaimShopUnknown,
    Decision,
    DecisionContradictory,
    DecisionReasonRequired,
    OwnClaimRefused,
    Verdict,
)
from backend.claims.service.recording import ClaimContext
from backend.organisations.queries import ShopNotActive
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face(
    "claims", __name__, url_prefix="/v1/city/claims", description="Purchases that citizens state, for review."
)


@face.operation(
    "GET", "", permission=Permission.REVIEW_CLAIMS, query=ClaimListQuery, answer=ReviewedClaimPage
)
def list_claims(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Claims by status, kind, flags and age, oldest first; `waits_for=city` is what there is to decide."""
    hours = query["older_than_hours"]
    filters = ClaimFilters(
        status=ClaimStatus(query["status"]) if query["status"] else None,
        kind=ClaimKind(query["kind"]) if query["kind"] else None,
        waits_for=WaitsFor(query["waits_for"]) if query["waits_for"] else None,
        is_flagged=query["is_flagged"],
        older_than=timedelta(hours=hours) if hours else None,
    )
    found = queries.list_claims(call.session, filters=filters, at=call.at, page=page_request(query))
    return {"items": [_present(record) for record in found.items], "next_cursor": found.next_cursor}


@face.operation(
    "GET",
    "/<uuid:claim_id>",
    permission=Permission.REVIEW_CLAIMS,
    answer=ReviewedClaimDetailOut,
    errors=[ClaimNotFound],
)
def get_claim(call: Call, claim_id: uuid.UUID) -> dict[str, Any]:
    """One claim with its evidence, its flags and all that was done with it."""
    return _present_detail(call, claim_id)


@face.operation(
    "POST",
    "/<uuid:claim_id>/decisions",
    permission=Permission.REVIEW_CLAIMS,
    body=DecideClaimIn,
    answer=ReviewedClaimDetailOut,
    errors=[
        ClaimNotFound,
        ClaimNotWaiting,
        ClaimShopUnknown,
        DecisionContradictory,
        DecisionReasonRequired,
        OwnClaimRefused,
        SecondPersonRequired,
        ShopNotActive,
    ],
    example=DECISION_EXAMPLE,
)
def decide_claim(call: Call, body: dict[str, Any], claim_id: uuid.UUID) -> dict[str, Any]:
    """Accept it, accept a part, or reject it; its flags are decided with it.

    A large amount takes two people: the first acceptance is noted, and the claim waits for another person's. An
    appeal is decided by somebody else than who rejected.
    """
    deciding.decide_by_city(
        call.session,
        claim_id=claim_id,
        decision=Decision(
            verdict=Verdict(body["verdict"]),
            code=DecisionCode(body["code"]),
            reason=body["reason"],
            amount_yen=body["amount_yen"],
            positions=tuple(body["lines"] or ()),
            shop_id=body["shop_id"],
        ),
        staff_id=call.staff.staff_id,
        context=ClaimContext(call.ground.region, call.ground.claim_terms),
        at=call.at,
    )
    return _present_detail(call, claim_id)


def _present_detail(call: Call, claim_id: uuid.UUID) -> dict[str, Any]:
    record = queries.get_claim(call.session, claim_id=claim_id)
    return {
        **_present(record),
        "evidence": record.claim.evidence,
        "lines": record.claim.lines or [],
        "events": queries.list_claim_events(call.session, claim_id=claim_id),
    }


def _present(record: ClaimRecord) -> dict[str, Any]:
    columns = {column.key: getattr(record.claim, column.key) for column in record.claim.__table__.columns}
    return {**columns, "shop": record.shop.name_ja if record.shop else None, "flags": record.flags}
