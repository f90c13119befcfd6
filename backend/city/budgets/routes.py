"""Budget lines: who bears the points, and what became of them."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.city.budgets.schemas import (
    BUDGET_LINE_EXAMPLE,
    BudgetLineListQuery,
    BudgetLineOut,
    BudgetLinePage,
    BudgetLineQuery,
    BudgetLineReportOut,
    CreateBudgetLineIn,
)
from backend.people.permissions import Permission
from backend.points.budget_rules import BudgetSharesInvalid, Shares
from backend.points.history import MomentInFuture, refuse_future
from backend.points.models import BudgetLine
from backend.points.service import budgets
from backend.points.service.budgets import (
    BudgetLineDraft,
    BudgetLineNotFound,
    BudgetLineReport,
    BudgetLineTaken,
)
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face(
    "budgets",
    __name__,
    url_prefix="/v1/city/budget-lines",
    description="Who bears the points, by line of the city's budget.",
)


@face.operation(
    "GET", "", permission=Permission.READ_BUDGETS, query=BudgetLineListQuery, answer=BudgetLinePage
)
def list_budget_lines(call: Call, query: dict[str, Any]) -> Page[BudgetLine]:
    """All lines, or those of a fiscal year; newest first."""
    return budgets.list_budget_lines(call.session, page=page_request(query), fiscal_year=query["fiscal_year"])


@face.operation(
    "POST",
    "",
    permission=Permission.EDIT_BUDGETS,
    body=CreateBudgetLineIn,
    answer=BudgetLineOut,
    status=201,
    errors=[BudgetSharesInvalid, BudgetLineTaken],
    example=BUDGET_LINE_EXAMPLE,
)
def create_budget_line(call: Call, body: dict[str, Any]) -> BudgetLine:
    """Enter a line. Budgets opened for it are reported under it."""
    draft = BudgetLineDraft(
        fiscal_year=body["fiscal_year"],
        kan=body["kan"],
        kou=body["kou"],
        moku=body["moku"],
        name=body["name"],
        shares=Shares(body["city_permille"], body["shop_permille"], body["chamber_permille"]),
    )
    return budgets.create_budget_line(call.session, draft=draft, at=call.at)


@face.operation(
    "GET",
    "/<uuid:budget_line_id>",
    permission=Permission.READ_BUDGETS,
    query=BudgetLineQuery,
    answer=BudgetLineReportOut,
    errors=[BudgetLineNotFound, MomentInFuture],
)
def get_budget_line(call: Call, query: dict[str, Any], budget_line_id: uuid.UUID) -> BudgetLineReport:
    """What became of a line's points, now or at a past moment, and who bears how much of it."""
    moment = query["at"] or call.at
    refuse_future(moment, at=call.at)
    return budgets.report_budget_line(call.session, budget_line_id=budget_line_id, at=moment)
