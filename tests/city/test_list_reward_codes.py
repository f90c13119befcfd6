"""GET /v1/city/campaigns/{campaign_id}/reward-codes."""

import uuid

import pytest

from tests.city.test_create_reward_codes import BODY, RULE
from tests.factories.decisions import made_running, refusal
from tests.factories.missions import claim
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def path(city: ApiClient, approver: ApiClient) -> str:
    return f"{made_running(city, approver, rule=RULE)}/reward-codes"


class TestListRewardCodes:
    def test_shows_what_is_left_of_each_and_never_the_code(
        self, city: ApiClient, citizen: ApiClient, path: str, world: World
    ) -> None:
        [made] = city.post(path, BODY | {"count": 1, "uses_each": 30}).get_json()["items"]
        claim(citizen, made["code"])

        response = city.get(path)

        assert response.status_code == 200
        assert response.get_json() == {
            "items": [
                {
                    "id": made["id"],
                    "quantity": 2,
                    "uses_limit": 30,
                    "uses_left": 29,
                    "valid_from": "2026-06-15T00:00:00+00:00",
                    "valid_until": "2026-06-15T15:00:00+00:00",
                    "note": "港まつり受付",
                    "created_by_staff_id": str(world.city.id),
                    "created_at": "2026-06-15T03:00:00+00:00",
                    "revoked_at": None,
                }
            ],
            "next_cursor": None,
        }

    def test_shows_those_of_this_campaign_by_the_page(
        self, city: ApiClient, approver: ApiClient, path: str
    ) -> None:
        made = [code["id"] for code in city.post(path, BODY).get_json()["items"]]
        other = made_running(city, approver, slug="other", rule=RULE)
        city.post(f"{other}/reward-codes", BODY)

        first = city.get(f"{path}?limit=2").get_json()
        second = city.get(f"{path}?limit=2&cursor={first['next_cursor']}").get_json()

        assert [code["id"] for code in first["items"] + second["items"]] == list(reversed(made))

    def test_knows_no_other_campaign(self, city: ApiClient) -> None:
        path = f"/v1/city/campaigns/{uuid.UUID(int=1)}/reward-codes"

        assert refusal(city.get(path)) == (404, "campaign_not_found")

    def test_is_for_the_office(
        self, approver: ApiClient, manager: ApiClient, citizen: ApiClient, path: str
    ) -> None:
        answers = [caller.get(path).status_code for caller in (approver, manager, citizen)]

        assert answers == [200, 403, 403]
