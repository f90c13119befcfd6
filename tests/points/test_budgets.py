"""What became of a budget's points, by line and account, now and then."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.pages import PageRequest
from backend.points.budget_rules import Figures
from backend.points.models import AccountKind, PointsLot
from backend.points.queries import AskedPoints
from backend.points.service.budgets import (
    BudgetLineNotFound,
    BudgetLineTaken,
    get_figures,
    list_budget_lines,
    report_budget_line,
    report_budget_lines,
)
from backend.points.service.movements import lapse_expired_lots, open_account, release
from backend.points.service.reversals import give_back, reclaim
from tests.factories.budgets import give, make_budget, make_budget_line, spend_at_shop

HOUR = timedelta(hours=1)


@pytest.fixture
def purse(session: Session, at: datetime) -> uuid.UUID:
    return open_account(session, kind=AccountKind.CITIZEN, at=at)


class TestCreateBudgetLine:
    def test_refuses_the_same_words_in_the_same_year(self, session: Session, at: datetime) -> None:
        make_budget_line(session, at=at)

        with pytest.raises(BudgetLineTaken):
            make_budget_line(session, at=at)

    def test_takes_the_same_words_in_another_year(self, session: Session, at: datetime) -> None:
        first, second = (make_budget_line(session, at=at, fiscal_year=year) for year in (2026, 2027))

        assert first.id != second.id


class TestListBudgetLines:
    def test_goes_on_where_the_page_before_ended(self, session: Session, at: datetime) -> None:
        made = [make_budget_line(session, at=at, name=name).id for name in "abc"]

        page = list_budget_lines(session, page=PageRequest(limit=2))
        rest = list_budget_lines(session, page=PageRequest(limit=2, cursor=page.next_cursor))

        assert [line.id for line in [*page.items, *rest.items]] == made[::-1]
        assert rest.next_cursor is None

    def test_keeps_to_a_fiscal_year(self, session: Session, at: datetime) -> None:
        lines = {year: make_budget_line(session, at=at, fiscal_year=year) for year in (2026, 2027)}

        page = list_budget_lines(session, page=PageRequest(), fiscal_year=2027)

        assert [line.id for line in page.items] == [lines[2027].id]


class TestGetFigures:
    def test_follow_the_points_from_the_budget_to_the_till(
        self, session: Session, at: datetime, purse: uuid.UUID
    ) -> None:
        budget = make_budget(session, at=at, points=1_000)
        give(session, account_id=purse, budget_id=budget, points=100, at=at)
        spend_at_shop(session, account_id=purse, points=40, at=at)

        figures = get_figures(session, account_ids=[budget], at=at)

        assert figures == {
            budget: Figures(
                funded_points=1_000,
                granted_points=100,
                left_points=900,
                spent_points=40,
                outstanding_points=60,
            )
        }

    def test_follow_them_through_refunds_debts_and_lapsing(
        self, session: Session, at: datetime, purse: uuid.UUID
    ) -> None:
        """Of 100 points 90 are spent and 20 come back; then all 100 are asked back, and 70 are owed. A second budget
        gives 50, of which 50 repay.
        """
        budget, other = (make_budget(session, at=at, points=1_000) for _ in range(2))
        give(session, account_id=purse, budget_id=budget, points=100, at=at)
        lot_id = session.scalars(select(PointsLot.id)).one()
        spent = spend_at_shop(session, account_id=purse, points=90, at=at)
        give_back(session, spend_transaction_id=spent, points=20, source_id=uuid.uuid4(), at=at)
        asked = {lot_id: AskedPoints(100)}
        reclaim(session, account_id=purse, asked=asked, source_id=uuid.uuid4(), at=at)
        give(session, account_id=purse, budget_id=other, points=50, at=at)

        figures = get_figures(session, account_ids=[budget, other], at=at)

        assert figures[budget] == Figures(
            funded_points=1_000,
            granted_points=100,
            reclaimed_points=30,
            repaid_points=50,
            left_points=980,
            spent_points=90,
            returned_points=20,
        )
        assert figures[other] == Figures(funded_points=1_000, granted_points=50, left_points=950)

    def test_tell_what_lapsed_and_what_was_released(
        self, session: Session, at: datetime, purse: uuid.UUID
    ) -> None:
        budget = make_budget(session, at=at, points=1_000)
        give(session, account_id=purse, budget_id=budget, points=100, at=at, days=1)
        lapse_expired_lots(session, at=at + timedelta(days=1))
        release(session, account_id=budget, points=900, at=at + timedelta(days=1))

        figures = get_figures(session, account_ids=[budget], at=at + timedelta(days=1))

        assert figures[budget] == Figures(
            funded_points=1_000, released_points=900, granted_points=100, lapsed_points=100
        )

    def test_are_those_of_the_moment(self, session: Session, at: datetime, purse: uuid.UUID) -> None:
        budget = make_budget(session, at=at, points=1_000)
        give(session, account_id=purse, budget_id=budget, points=100, at=at + HOUR)
        spend_at_shop(session, account_id=purse, points=40, at=at + 2 * HOUR)

        left, outstanding = (
            [
                getattr(get_figures(session, account_ids=[budget], at=at + hours * HOUR)[budget], name)
                for hours in (-1, 0, 1, 2)
            ]
            for name in ("left_points", "outstanding_points")
        )

        assert left == [0, 1_000, 900, 900]
        assert outstanding == [0, 0, 100, 60]

    def test_keep_two_budgets_apart(self, session: Session, at: datetime, purse: uuid.UUID) -> None:
        one, other = (make_budget(session, at=at, points=points) for points in (1_000, 500))
        give(session, account_id=purse, budget_id=one, points=100, at=at, days=1)
        give(session, account_id=purse, budget_id=other, points=30, at=at, days=2)
        spend_at_shop(session, account_id=purse, points=100, at=at)

        figures = get_figures(session, account_ids=[one, other], at=at)

        assert (figures[one].spent_points, figures[one].outstanding_points) == (100, 0)
        assert (figures[other].spent_points, figures[other].outstanding_points) == (0, 30)


class TestReportBudgetLines:
    def test_adds_up_the_accounts_of_each_line(
        self, session: Session, at: datetime, purse: uuid.UUID
    ) -> None:
        line, other = (make_budget_line(session, at=at, name=name) for name in ("夏", "冬"))
        budgets = [
            make_budget(session, at=at, points=points, budget_line_id=line.id) for points in (1_000, 501)
        ]
        make_budget(session, at=at, points=99)
        give(session, account_id=purse, budget_id=budgets[0], points=100, at=at)

        reports = report_budget_lines(session, lines=[line, other], at=at)

        assert [report.total.funded_points for report in reports] == [1_501, 0]
        assert [report.total.left_points for report in reports] == [1_401, 0]
        assert [account.account_id for account in reports[0].accounts] == budgets

    def test_shares_the_whole_among_those_who_bear_it(self, session: Session, at: datetime) -> None:
        line = make_budget_line(session, at=at)
        make_budget(session, at=at, points=1_501, budget_line_id=line.id)

        shares = report_budget_line(session, budget_line_id=line.id, at=at).shares

        funded = [share.funded_points for share in (shares.city, shares.shop, shares.chamber)]
        assert funded == [1_051, 300, 150]

    def test_leaves_out_accounts_that_were_not_open_yet(self, session: Session, at: datetime) -> None:
        line = make_budget_line(session, at=at)
        make_budget(session, at=at, budget_line_id=line.id)

        report = report_budget_line(session, budget_line_id=line.id, at=at - HOUR)

        assert (report.accounts, report.total) == ([], Figures())

    def test_knows_no_line_that_is_not_there(self, session: Session, at: datetime) -> None:
        with pytest.raises(BudgetLineNotFound):
            report_budget_line(session, budget_line_id=uuid.uuid4(), at=at)
