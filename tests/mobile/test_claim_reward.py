"""POST /v1/missions/claims."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from backend.points.verification import verify_ledger
from backend.web.ground import Ground
from tests.factories.missions import YEARLY, Town, claim
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/missions/claims"
WRONG = "AAAAA-AAAAA"


@pytest.fixture
def town(ground: Ground, world: World, at: datetime) -> Town:
    return Town(ground, world, at)


@pytest.fixture
def mission(town: Town) -> uuid.UUID:
    return town.mission(caps=[YEARLY])


class TestClaimReward:
    def test_answers_what_was_earned_and_what_is_left(
        self, citizen: ApiClient, town: Town, mission: uuid.UUID, database: Database
    ) -> None:
        [code] = town.codes(mission, quantity=2)

        response = claim(citizen, code)

        assert response.status_code == 201
        answer = response.get_json()
        assert uuid.UUID(answer.pop("id"))
        assert answer == {
            "campaign_id": str(mission),
            "campaign": "summerまつり",
            "quantity": 2,
            "unit": "hours",
            "done_on": "2026-06-15",
            "claimed_at": "2026-06-15T03:00:00+00:00",
            "points": 200,
            "verdict": {
                "code": "awarded",
                "text": "200ポイント獲得しました。",
                "left": [{"code": "fiscal_year_points", "left": 100, "text": "今年度はあと 100 ポイント"}],
            },
        }
        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 200
        assert database.run(verify_ledger) == []

    def test_stands_among_my_notices_and_entries(
        self, citizen: ApiClient, town: Town, mission: uuid.UUID
    ) -> None:
        [code] = town.codes(mission)

        claim_id = claim(citizen, code).get_json()["id"]

        [notice] = citizen.get("/v1/notices").get_json()["items"]
        [entry] = citizen.get("/v1/me/points/entries").get_json()["items"]
        assert (notice["kind"], notice["title"]) == ("mission_rewarded", "「summerまつり」のポイント")
        assert (entry["source_id"], entry["amount_points"]) == (claim_id, 100)

    def test_stands_in_the_export(self, citizen: ApiClient, town: Town, mission: uuid.UUID) -> None:
        [code] = town.codes(mission)
        claim_id = claim(citizen, code).get_json()["id"]

        rows = citizen.get("/v1/me/export").get_json()["mission_claims"]

        assert [(row["id"], row["points"]) for row in rows] == [(claim_id, 100)]

    def test_refuses_the_second_use_by_one_person(
        self, citizen: ApiClient, town: Town, mission: uuid.UUID
    ) -> None:
        [code] = town.codes(mission, uses_each=5)
        claim(citizen, code)

        response = claim(citizen, code)

        assert (response.status_code, response.get_json()["code"]) == (409, "reward_code_claimed")

    def test_refuses_a_code_without_a_use_left(
        self, citizen: ApiClient, neighbour: ApiClient, town: Town, mission: uuid.UUID
    ) -> None:
        [code] = town.codes(mission)
        claim(neighbour, code)

        response = claim(citizen, code)

        assert (response.status_code, response.get_json()["code"]) == (409, "reward_code_used_up")

    def test_says_in_my_language_why_nothing_is_earned(
        self, citizen: ApiClient, town: Town, mission: uuid.UUID
    ) -> None:
        first, second, third = town.codes(mission, count=3, quantity=2)
        claim(citizen, first)
        claim(citizen, second)

        response = claim(citizen, third, language="en")

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (409, "mission_not_rewarded")
        assert problem["detail"] == (
            "No points are earned: You have had the 300 points there are this fiscal year already."
        )
        assert problem["errors"][0]["field"] == "code"

    def test_knows_no_other_code(self, citizen: ApiClient, mission: uuid.UUID) -> None:
        response = claim(citizen, WRONG)

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (404, "reward_code_not_found")
        assert problem["errors"][0]["field"] == "code"

    @pytest.mark.parametrize("code", ["", "x" * 41, None, 1234567890, "AAAAA\x00AAAA"])
    def test_refuses_what_is_no_code(self, citizen: ApiClient, code: Any) -> None:
        assert claim(citizen, code).status_code == 422

    def test_is_a_citizens(self, clerk: ApiClient, city: ApiClient, nobody: ApiClient) -> None:
        assert [claim(caller, WRONG).status_code for caller in (clerk, city, nobody)] == [403, 403, 401]


class TestClaimRewardLimit:
    @pytest.fixture
    def guesser(self, make_app: Any, settings: Any, world: World) -> ApiClient:
        return ApiClient(make_app(replace(settings, sign_in_attempts=2)), world.citizen.token)

    def test_stops_who_guesses(self, guesser: ApiClient) -> None:
        assert [claim(guesser, WRONG).status_code for _ in range(3)] == [404, 404, 429]

    def test_counts_no_code_that_was_right(self, guesser: ApiClient, town: Town, mission: uuid.UUID) -> None:
        codes = town.codes(mission, count=3)

        tries = [claim(guesser, code).status_code for code in codes]

        assert tries == [201] * 3
