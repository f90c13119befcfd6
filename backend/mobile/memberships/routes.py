"""The member lists a citizen is on."""

import uuid
from collections.abc import Mapping
from typing import Any

from backend.base.text import pick_language
from backend.mobile.memberships.schemas import JoinMemberListIn, MembershipOut, MembershipPage
from backend.organisations.queries import get_shop_names
from backend.people.memberships import Membership
from backend.people.memberships import list_my_memberships as list_mine
from backend.people.permissions import Permission
from backend.people.service import member_lists
from backend.people.service.member_lists import JoinCodeNotFound, MembershipNotFound
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import PageQuery, page_request

face = Face(
    "memberships", __name__, url_prefix="/v1/me/memberships", description="Member lists that I am on."
)

GUESSES = (
    RateLimit("join_code", "sign_in_attempts", By.TOKEN, refusals_only=True),
    RateLimit("join_code", "sign_in_attempts", By.ADDRESS, factor=10, refusals_only=True),
)


@face.operation("GET", "", permission=Permission.MANAGE_OWN_ACCOUNT, query=PageQuery, answer=MembershipPage)
def list_my_memberships(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """The lists I have joined, newest first."""
    page = list_mine(call.session, citizen_id=call.citizen.citizen_id, page=page_request(query))
    shop_ids = [found.shop_id for found in page.items if found.shop_id]
    names = get_shop_names(call.session, shop_ids=shop_ids)
    items = [_present(found, names, call.language) for found in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


@face.operation(
    "POST",
    "",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    body=JoinMemberListIn,
    answer=MembershipOut,
    status=201,
    errors=[JoinCodeNotFound],
    limits=GUESSES,
    example={"join_code": "K7QM-4XTD"},
)
def join_member_list(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Join the list that a code belongs to; who keeps it sees how many members there are, never who.

    Joining again answers the same.
    """
    joined = member_lists.join_member_list(
        call.session,
        citizen_id=call.citizen.citizen_id,
        join_code=body["join_code"],
        vault=call.ground.vault,
        at=call.at,
    )
    shop_ids = [joined.shop_id] if joined.shop_id else []
    return _present(joined, get_shop_names(call.session, shop_ids=shop_ids), call.language)


@face.operation(
    "DELETE",
    "/<uuid:list_id>",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    status=204,
    errors=[MembershipNotFound],
)
def leave_member_list(call: Call, list_id: uuid.UUID) -> None:
    """Leave a list; nobody is told."""
    member_lists.leave_member_list(call.session, citizen_id=call.citizen.citizen_id, list_id=list_id)


def _present(
    found: Membership, names: Mapping[uuid.UUID, Mapping[str, str | None]], language: str
) -> dict[str, Any]:
    shop = None
    if found.shop_id:
        shop = {"id": found.shop_id, "name": pick_language(names[found.shop_id], language)}
    return {
        "list_id": found.list_id,
        "name": found.name,
        "shop": shop,
        "joined_at": found.joined_at,
        "closed_at": found.closed_at,
    }
