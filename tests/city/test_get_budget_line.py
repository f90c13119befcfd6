"""GET /v1/city/budget-lines/{id}: what became of a line's points."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.city.test_create_budget_line import PATH
from tests.factories.budgets import give, make_budget, make_budget_line, spend_at_shop
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

HOUR = timedelta(hours=1)


@pytest.fixture
def path(database: Database, world: World, at: datetime) -> str:
    """Of a line with one budget, out of which a citizen got 100 points an hour ago and just spent 40."""

    def work(session: Session) -> uuid.UUID:
        line = make_budget_line(session, at=at - 2 * HOUR)
        budget = make_budget(session, at=at - 2 * HOUR, points=1_001, budget_line_id=line.id)
        account_id = world.citizen.account_id
        give(session, account_id=account_id, budget_id=budget, points=100, at=at - HOUR)
        spend_at_shop(session, account_id=account_id, points=40, at=at)
        return line.id

    return f"{PATH}/{database.run(work)}"


class TestGetBudgetLine:
    def test_reports_where_its_points_are(self, approver: ApiClient, path: str) -> None:
        response = approver.get(path)

        assert response.status_code == 200
        report = response.get_json()
        assert report["at"] == "2026-06-15T03:00:00+00:00"
        assert report["total"] == {
            "funded_points": 1_001,
            "released_points": 0,
            "granted_points": 100,
            "reclaimed_points": 0,
            "repaid_points": 0,
            "left_points": 901,
            "spent_points": 40,
            "returned_points": 0,
            "lapsed_points": 0,
            "outstanding_points": 60,
        }
        assert [account["figures"] for account in report["accounts"]] == [report["total"]]

    def test_shares_them_among_those_who_bear_them(self, approver: ApiClient, path: str) -> None:
        shares = approver.get(path).get_json()["shares"]

        funded = {payer: figures["funded_points"] for payer, figures in shares.items()}
        assert funded == {"city": 701, "shop": 200, "chamber": 100}

    @pytest.mark.parametrize(
        ("moment", "granted", "spent"),
        [
            ("2026-06-15T02:30:00Z", 100, 0),
            ("2026-06-15T10:30:00%2B09:00", 0, 0),
            ("2026-06-15T03:00:00Z", 100, 40),
        ],
    )
    def test_reports_of_a_past_moment(
        self, approver: ApiClient, path: str, moment: str, granted: int, spent: int
    ) -> None:
        total = approver.get(f"{path}?at={moment}").get_json()["total"]

        assert (total["granted_points"], total["spent_points"]) == (granted, spent)

    @pytest.mark.parametrize(
        ("moment", "code"),
        [
            ("2026-06-15T03:00:01Z", "moment_in_future"),
            ("2026-06-15T03:00:00", "fields_invalid"),
            ("yesterday", "fields_invalid"),
            ("1999-12-31T23:59:59Z", "fields_invalid"),
        ],
    )
    def test_refuses_a_moment_that_was_not(
        self, approver: ApiClient, path: str, moment: str, code: str
    ) -> None:
        response = approver.get(f"{path}?at={moment}")

        assert response.status_code == 422
        assert (response.get_json()["code"], response.get_json()["errors"][0]["field"]) == (code, "at")

    def test_asks_four_questions_however_many_budgets(
        self, approver: ApiClient, path: str, database: Database, at: datetime
    ) -> None:
        line_id = uuid.UUID(path.rpartition("/")[2])
        for _ in range(3):
            database.run(lambda session: make_budget(session, at=at, budget_line_id=line_id))

        with asked_statements(database) as statements:
            approver.get(path)

        assert len(statements) == 4

    def test_knows_no_other_line(self, approver: ApiClient) -> None:
        response = approver.get(f"{PATH}/{uuid.uuid4()}")

        assert response.status_code == 404
        assert response.get_json()["code"] == "budget_line_not_found"

    def test_is_not_for_shops_and_citizens(self, path: str, manager: ApiClient, citizen: ApiClient) -> None:
        assert [caller.get(path).status_code for caller in (manager, citizen)] == [403, 403]
