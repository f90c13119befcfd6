"""GET /v1/missions."""

from datetime import datetime

import pytest

from backend.web.ground import Ground
from tests.factories.missions import DAILY, WALKING, Town, report
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/missions"


@pytest.fixture
def town(ground: Ground, world: World, at: datetime) -> Town:
    return Town(ground, world, at)


class TestListMyMissions:
    def test_shows_what_runs_and_how_far_i_am(self, citizen: ApiClient, town: Town) -> None:
        campaign_id = town.mission(WALKING, caps=[DAILY])
        report(citizen, campaign_id, 5_000)

        response = citizen.get(PATH, headers={"Accept-Language": "en"})

        assert response.status_code == 200
        assert response.get_json()["items"] == [
            {
                "campaign_id": str(campaign_id),
                "name": "summer festival",
                "description": "Description",
                "activity": "health",
                "evidence": "report",
                "unit": "steps",
                "tiers": [
                    {"from_quantity": 5_000, "points": 50},
                    {"from_quantity": 8_500, "points": 100},
                ],
                "earned_points": 50,
                "left": [{"code": "day_points", "left": 30, "text": "Points left today: 30"}],
                "is_budget_exhausted": False,
                "starts_at": "2026-05-16T03:00:00+00:00",
                "ends_at": "2026-07-15T03:00:00+00:00",
            }
        ]

    def test_shows_nothing_of_others(self, citizen: ApiClient, neighbour: ApiClient, town: Town) -> None:
        report(citizen, town.mission(WALKING, caps=[DAILY]), 5_000)

        [mission] = neighbour.get(PATH).get_json()["items"]

        assert (mission["earned_points"], mission["left"][0]["left"]) == (0, 80)

    def test_shows_no_other_campaign(self, citizen: ApiClient) -> None:
        assert citizen.get(PATH).get_json() == {"items": []}

    def test_is_for_citizens(self, nobody: ApiClient, clerk: ApiClient) -> None:
        assert [nobody.get(PATH).status_code, clerk.get(PATH).status_code] == [401, 403]
