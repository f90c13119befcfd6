"""POST /v1/missions/{campaign_id}/reports."""

import uuid
from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from backend.points.verification import verify_ledger
from backend.web.ground import Ground
from tests.factories.missions import DAILY, WALKING, Town, report
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def town(ground: Ground, world: World, at: datetime) -> Town:
    return Town(ground, world, at)


@pytest.fixture
def walking(town: Town) -> uuid.UUID:
    return town.mission(WALKING, caps=[DAILY])


class TestReportMission:
    def test_answers_what_the_day_has_earned(
        self, citizen: ApiClient, walking: uuid.UUID, database: Database
    ) -> None:
        response = report(citizen, walking, 9_000)

        answer = response.get_json()
        assert (response.status_code, answer["points"], answer["quantity"]) == (200, 80, 9_000)
        assert (answer["unit"], answer["done_on"]) == ("steps", "2026-06-15")
        assert answer["verdict"]["code"] == "cut_to_day_cap"
        assert answer["verdict"]["left"] == [
            {"code": "day_points", "left": 0, "text": "今日はあと 0 ポイント"}
        ]
        assert database.run(verify_ledger) == []

    def test_tells_nothing_of_today_for_another_day(self, citizen: ApiClient, walking: uuid.UUID) -> None:
        answer = report(citizen, walking, 9_000, "2026-06-14").get_json()

        assert (answer["done_on"], answer["points"], answer["verdict"]["left"]) == ("2026-06-14", 80, [])

    def test_raises_what_was_reported_before(self, citizen: ApiClient, walking: uuid.UUID) -> None:
        first = report(citizen, walking, 5_000).get_json()

        second = report(citizen, walking, 9_000).get_json()

        assert (first["points"], second["points"], second["id"]) == (50, 80, first["id"])
        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 80

    def test_answers_what_stands_when_no_more_is_reported(
        self, citizen: ApiClient, walking: uuid.UUID
    ) -> None:
        first = report(citizen, walking, 9_000)

        second = report(citizen, walking, 9_000)

        assert (second.status_code, second.get_json()) == (200, first.get_json())

    def test_says_why_nothing_is_earned(self, citizen: ApiClient, walking: uuid.UUID) -> None:
        response = report(citizen, walking, 10)

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (409, "mission_not_rewarded")
        assert problem["detail"] == "ポイントは付きません。回数や時間、歩数が足りません。"

    @pytest.mark.parametrize("day", ["2026-06-12", "2026-06-16", "0001-01-01", "9999-12-31"])
    def test_refuses_a_day_too_far_away(self, citizen: ApiClient, walking: uuid.UUID, day: str) -> None:
        response = report(citizen, walking, 9_000, day)

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, "report_day_outside_window")
        assert problem["errors"][0]["field"] == "done_on"

    @pytest.mark.parametrize("quantity", [0, -1, 1_000_001, 10**30, True, "9000", 1.5, None])
    def test_refuses_what_is_no_quantity(self, citizen: ApiClient, walking: uuid.UUID, quantity: Any) -> None:
        assert report(citizen, walking, quantity).status_code == 422

    @pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "2026-06-15T00:00:00Z", 20260615, None])
    def test_refuses_what_is_no_day(self, citizen: ApiClient, walking: uuid.UUID, day: Any) -> None:
        assert report(citizen, walking, 9_000, day).status_code == 422

    def test_knows_no_campaign_that_is_no_mission(self, citizen: ApiClient, world: World) -> None:
        response = report(citizen, world.base_campaign_id, 9_000)

        assert (response.status_code, response.get_json()["code"]) == (404, "mission_not_found")

    def test_is_refused_where_a_code_is_asked_for(self, citizen: ApiClient, town: Town) -> None:
        response = report(citizen, town.mission(), 2)

        assert (response.status_code, response.get_json()["code"]) == (409, "mission_not_reported")

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient, walking: uuid.UUID) -> None:
        assert [report(caller, walking, 9_000).status_code for caller in (clerk, nobody)] == [403, 401]
