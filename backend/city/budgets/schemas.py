"""Shapes of budget lines and their reports."""

from typing import Any

from marshmallow import fields

from backend.points.budget_rules import PERMILLE
from backend.web.schemas import In, Moment, Out, PageQuery, Query, QueryWhole, Whole, page_of, text_field

YEAR_MIN, YEAR_MAX = 2000, 2199


def _words(maximum: int, said: str) -> fields.String:
    return text_field(maximum, required=True, metadata={"description": said})


def _share(said: str) -> Whole:
    return Whole(minimum=0, maximum=PERMILLE, required=True, metadata={"description": said})


class CreateBudgetLineIn(In):
    fiscal_year = Whole(
        minimum=YEAR_MIN,
        maximum=YEAR_MAX,
        required=True,
        metadata={"description": "年度: the year in which April begins it."},
    )
    kan = _words(60, "款, as the city's budget spells it.")
    kou = _words(60, "項")
    moku = _words(60, "目")
    name = _words(120, "What the line is for.")
    city_permille = _share("Of its points the city bears this; the three shares sum to 1000.")
    shop_permille = _share("The shops' share.")
    chamber_permille = _share("The chamber of commerce's share.")


class BudgetLineListQuery(PageQuery):
    fiscal_year = QueryWhole(minimum=YEAR_MIN, maximum=YEAR_MAX, load_default=None)


class BudgetLineQuery(Query):
    at = Moment(
        load_default=None,
        metadata={"description": "The past moment to report of; now when left out. Write `+` as `%2B`."},
    )


class BudgetLineOut(Out):
    id = fields.UUID(required=True)
    fiscal_year = fields.Integer(required=True)
    kan = fields.String(required=True)
    kou = fields.String(required=True)
    moku = fields.String(required=True)
    name = fields.String(required=True)
    city_permille = fields.Integer(required=True)
    shop_permille = fields.Integer(required=True)
    chamber_permille = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)


BudgetLinePage = page_of(BudgetLineOut)


def _points(said: str) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": said})


class BudgetFiguresOut(Out):
    funded_points = _points("Issued into the budget.")
    released_points = _points("Given back by it.")
    granted_points = _points("Given to citizens, also by correction.")
    reclaimed_points = _points("Came back from citizens: refunds and corrections.")
    repaid_points = _points("Came back later: reclaimed points that had been spent already.")
    left_points = _points("funded - released - granted + reclaimed + repaid")
    spent_points = _points("Of its points: spent at shops.")
    returned_points = _points("Spent, and back with the citizen after a refund.")
    lapsed_points = _points("Not spent in time.")
    outstanding_points = _points("With citizens now: spendable, pending or held for a shop.")


class BudgetSharesOut(Out):
    """The whole of each figure, among those who bear it; they sum to it point by point."""

    city = fields.Nested(BudgetFiguresOut, required=True)
    shop = fields.Nested(BudgetFiguresOut, required=True)
    chamber = fields.Nested(BudgetFiguresOut, required=True)


class BudgetAccountOut(Out):
    account_id = fields.UUID(required=True)
    opened_at = fields.AwareDateTime(required=True)
    figures = fields.Nested(BudgetFiguresOut, required=True)


class BudgetLineReportOut(Out):
    line = fields.Nested(BudgetLineOut, required=True)
    at = fields.AwareDateTime(required=True)
    total = fields.Nested(BudgetFiguresOut, required=True)
    shares = fields.Nested(BudgetSharesOut, required=True)
    accounts = fields.List(
        fields.Nested(BudgetAccountOut),
        required=True,
        metadata={"description": "Of each funding account of the line, the oldest first."},
    )


BUDGET_LINE_EXAMPLE: dict[str, Any] = {
    "fiscal_year": 2027,
    "kan": "商工費",
    "kou": "商工費",
    "moku": "商業振興費",
    "name": "地域ポイント事業",
    "city_permille": 700,
    "shop_permille": 200,
    "chamber_permille": 100,
}
