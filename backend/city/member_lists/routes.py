"""The city's own member lists: their members by number, never by name."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.city.member_lists.schemas import (
    CreateMemberListIn,
    MemberListPage,
    MemberListWithCodeOut,
)
from backend.people import memberships
from backend.people.memberships import MemberListCard, MemberListNotFound
from backend.people.permissions import Permission
from backend.people.rules import MemberListNameRefused
from backend.people.service import member_lists
from backend.people.service.member_lists import MemberListClosed, MemberListWithCode
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import PageQuery, page_request

face = Face(
    "member-lists", __name__, url_prefix="/v1/city/member-lists", description="Members of what the city does."
)


@face.operation(
    "GET",
    "",
    permission=Permission.MANAGE_CITY_MEMBER_LISTS,
    query=PageQuery,
    answer=MemberListPage,
)
def list_member_lists(call: Call, query: dict[str, Any]) -> Page[MemberListCard]:
    """The city's lists, newest first, and how many members each has; those of shops are theirs."""
    return memberships.list_member_lists(call.session, shop_ids=None, page=page_request(query))


@face.operation(
    "POST",
    "",
    permission=Permission.MANAGE_CITY_MEMBER_LISTS,
    body=CreateMemberListIn,
    answer=MemberListWithCodeOut,
    status=201,
    errors=[MemberListNameRefused],
    example={"name": "健康づくり教室"},
)
def create_member_list(call: Call, body: dict[str, Any]) -> MemberListWithCode:
    """Make a list; whoever has its code can join it. The code is shown once."""
    return member_lists.create_member_list(
        call.session,
        shop_id=None,
        name=body["name"],
        staff_id=call.staff.staff_id,
        vault=call.ground.vault,
        at=call.at,
    )


@face.operation(
    "POST",
    "/<uuid:list_id>/join-codes",
    permission=Permission.MANAGE_CITY_MEMBER_LISTS,
    answer=MemberListWithCodeOut,
    status=201,
    errors=[MemberListNotFound, MemberListClosed],
)
def renew_join_code(call: Call, list_id: uuid.UUID) -> MemberListWithCode:
    """A new code, shown once; the old one ends, members stay."""
    return member_lists.renew_join_code(
        call.session,
        list_id=list_id,
        shop_ids=None,
        vault=call.ground.vault,
    )


@face.operation(
    "DELETE",
    "/<uuid:list_id>",
    permission=Permission.MANAGE_CITY_MEMBER_LISTS,
    status=204,
    errors=[MemberListNotFound],
)
def close_member_list(call: Call, list_id: uuid.UUID) -> None:
    """Nobody joins any more, and nothing is for its members any more."""
    member_lists.close_member_list(
        call.session,
        list_id=list_id,
        shop_ids=None,
        at=call.at,
    )
