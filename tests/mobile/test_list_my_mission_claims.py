"""GET /v1/me/mission-claims."""

from datetime import datetime

import pytest

from backend.web.ground import Ground
from tests.factories.missions import WALKING, Town, claim, report
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/me/mission-claims"


@pytest.fixture
def town(ground: Ground, world: World, at: datetime) -> Town:
    return Town(ground, world, at)


class TestListMyMissionClaims:
    def test_shows_mine_newest_first(self, citizen: ApiClient, town: Town) -> None:
        [code] = town.codes(town.mission())
        claimed = claim(citizen, code).get_json()
        reported = report(citizen, town.mission(WALKING, slug="walking"), 9_000).get_json()

        response = citizen.get(PATH)

        assert response.status_code == 200
        assert response.get_json() == {"items": [reported, claimed], "next_cursor": None}

    def test_goes_on_where_the_page_before_ended(self, citizen: ApiClient, town: Town) -> None:
        walking = town.mission(WALKING)
        made = [report(citizen, walking, 9_000, f"2026-06-{day}").get_json() for day in (13, 14, 15)]

        first = citizen.get(f"{PATH}?limit=2").get_json()
        second = citizen.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        assert [found["id"] for found in first["items"] + second["items"]] == [
            found["id"] for found in reversed(made)
        ]
        assert second["next_cursor"] is None

    @pytest.mark.parametrize("cursor", ["x", "WzFd", "WyJhIl0"])
    def test_refuses_a_cursor_that_is_none(self, citizen: ApiClient, cursor: str) -> None:
        response = citizen.get(f"{PATH}?cursor={cursor}")

        assert (response.status_code, response.get_json()["code"]) == (422, "cursor_invalid")

    def test_shows_nothing_of_others(self, citizen: ApiClient, neighbour: ApiClient, town: Town) -> None:
        report(citizen, town.mission(WALKING), 9_000)

        assert neighbour.get(PATH).get_json()["items"] == []

    def test_is_for_citizens(self, nobody: ApiClient, clerk: ApiClient) -> None:
        assert [nobody.get(PATH).status_code, clerk.get(PATH).status_code] == [401, 403]
