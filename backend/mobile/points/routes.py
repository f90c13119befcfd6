"""Points of the citizen who asks."""

from typing import Any

from backend.base.pages import Page
from backend.mobile.points.schemas import PastPointsOut, PastPointsQuery, PointsEntryPage, PointsOut
from backend.people.permissions import Permission
from backend.points import history, queries
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import PageQuery, page_request

face = Face("points", __name__, url_prefix="/v1/me", description="Balance, ends, and every movement.")


@face.operation("GET", "/points", permission=Permission.READ_OWN_POINTS, answer=PointsOut)
def get_points(call: Call) -> queries.PointsSummary:
    """My balance, what is pending, and what expires next."""
    return queries.get_points_summary(call.session, account_id=call.citizen.account_id, at=call.at)


@face.operation(
    "GET", "/points/entries", permission=Permission.READ_OWN_POINTS, query=PageQuery, answer=PointsEntryPage
)
def list_points_entries(call: Call, query: dict[str, Any]) -> Page[queries.EntryRow]:
    """Every movement of my points, newest first."""
    return queries.list_entries(call.session, account_id=call.citizen.account_id, page=page_request(query))


@face.operation(
    "GET",
    "/points/history",
    permission=Permission.READ_OWN_POINTS,
    query=PastPointsQuery,
    answer=PastPointsOut,
    errors=[history.MomentInFuture],
)
def get_past_points(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """What I held at a past moment."""
    history.refuse_future(query["at"], at=call.at)
    held = history.get_balance_at(call.session, account_id=call.citizen.account_id, at=query["at"])
    return {"at": query["at"], "balance_points": held}
