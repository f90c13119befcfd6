"""DELETE /v1/city/campaigns/{campaign_id}/reward-codes/{reward_code_id}."""

import pytest

from tests.city.test_create_reward_codes import BODY, RULE
from tests.factories.decisions import made_running, refusal
from tests.factories.missions import claim
from tests.support.client import ApiClient


@pytest.fixture
def path(city: ApiClient, approver: ApiClient) -> str:
    return f"{made_running(city, approver, rule=RULE)}/reward-codes"


@pytest.fixture
def made(city: ApiClient, path: str) -> dict[str, str]:
    [code] = city.post(path, BODY | {"count": 1, "uses_each": 5}).get_json()["items"]
    return dict(code)


class TestRevokeRewardCode:
    def test_lets_nobody_use_it(
        self, city: ApiClient, citizen: ApiClient, path: str, made: dict[str, str]
    ) -> None:
        response = city.delete(f"{path}/{made['id']}")

        assert response.status_code == 204
        assert refusal(claim(citizen, made["code"])) == (404, "reward_code_not_found")

    def test_leaves_what_it_earned(
        self, city: ApiClient, citizen: ApiClient, path: str, made: dict[str, str]
    ) -> None:
        claim(citizen, made["code"])

        city.delete(f"{path}/{made['id']}")

        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 200

    def test_twice_is_once(self, city: ApiClient, path: str, made: dict[str, str]) -> None:
        answers = [city.delete(f"{path}/{made['id']}").status_code for _ in range(2)]

        assert answers == [204, 204]
        assert city.get(path).get_json()["items"][0]["revoked_at"] == "2026-06-15T03:00:00+00:00"

    def test_knows_no_code_of_another_campaign(
        self, city: ApiClient, approver: ApiClient, made: dict[str, str]
    ) -> None:
        other = made_running(city, approver, slug="other", rule=RULE)

        assert refusal(city.delete(f"{other}/reward-codes/{made['id']}")) == (404, "reward_code_not_found")

    def test_is_for_whoever_edits_campaigns(
        self, approver: ApiClient, nobody: ApiClient, path: str, made: dict[str, str]
    ) -> None:
        answers = [caller.delete(f"{path}/{made['id']}").status_code for caller in (approver, nobody)]

        assert answers == [403, 401]
