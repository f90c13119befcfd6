"""What looks odd, and what people make of it."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.city.flags.schemas import DecideFlagIn, FlagListQuery, FlagOut, FlagPage
from backend.claims import queries
from backend.claims.models import Flag, FlagKind, FlagStatus
from backend.claims.queries import FlagNotFound
from backend.claims.service import reviewing
from backend.claims.service.deciding import OwnClaimRefused
from backend.claims.service.reviewing import FlagDecided, FlagDecidedWithClaim, FlagVerdict
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face(
    "flags",
    __name__,
    url_prefix="/v1/city/flags",
    description="What looks odd about claims and purchases.",
)


@face.operation("GET", "", permission=Permission.REVIEW_CLAIMS, query=FlagListQuery, answer=FlagPage)
def list_flags(call: Call, query: dict[str, Any]) -> Page[Flag]:
    """All flags, or those of a status, a kind or a shop; oldest first."""
    return queries.list_flags(
        call.session,
        status=FlagStatus(query["status"]) if query["status"] else None,
        kind=FlagKind(query["kind"]) if query["kind"] else None,
        shop_id=query["shop_id"],
        page=page_request(query),
    )


@face.operation(
    "GET",
    "/<uuid:flag_id>",
    permission=Permission.REVIEW_CLAIMS,
    answer=FlagOut,
    errors=[FlagNotFound],
)
def get_flag(call: Call, flag_id: uuid.UUID) -> Flag:
    """One flag, with the facts that raised it and what became of it."""
    return queries.get_flag(call.session, flag_id=flag_id)


@face.operation(
    "POST",
    "/<uuid:flag_id>/decisions",
    permission=Permission.REVIEW_CLAIMS,
    body=DecideFlagIn,
    answer=FlagOut,
    errors=[FlagNotFound, FlagDecided, FlagDecidedWithClaim, OwnClaimRefused],
    example={"verdict": "clear", "reason": "店に確かめたところ、実際の買い物でした"},
)
def decide_flag(call: Call, body: dict[str, Any], flag_id: uuid.UUID) -> Flag:
    """Clear it, which frees the points that were kept pending; or confirm it, which takes the purchase back.

    A flag of a claim that still waits is decided with the claim.
    """
    return reviewing.decide_flag(
        call.session,
        flag_id=flag_id,
        verdict=FlagVerdict(body["verdict"]),
        reason=body["reason"],
        staff_id=call.staff.staff_id,
        at=call.at,
    )
