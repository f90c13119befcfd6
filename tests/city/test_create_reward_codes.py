"""POST /v1/city/campaigns/{campaign_id}/reward-codes."""

import uuid
from typing import Any

import pytest

from tests.factories.decisions import conditions, made_draft, made_running, refusal
from tests.factories.missions import VOLUNTEERING, claim
from tests.support.client import ApiClient

RULE = {"mission": VOLUNTEERING, "lifetime": {"days": 180}}
BODY = {
    "count": 3,
    "uses_each": 1,
    "quantity": 2,
    "valid_from": "2026-06-15T09:00:00+09:00",
    "valid_until": "2026-06-16T00:00:00+09:00",
    "note": "港まつり受付",
}


@pytest.fixture
def path(city: ApiClient, approver: ApiClient) -> str:
    return f"{made_running(city, approver, rule=RULE)}/reward-codes"


class TestCreateRewardCodes:
    def test_answers_codes_that_work(self, city: ApiClient, citizen: ApiClient, path: str) -> None:
        response = city.post(path, BODY)

        assert response.status_code == 201
        codes = [made["code"] for made in response.get_json()["items"]]
        assert len(set(codes)) == 3
        assert claim(citizen, codes[0]).get_json()["points"] == 200

    def test_needs_no_note(self, city: ApiClient, path: str) -> None:
        assert city.post(path, BODY | {"note": None}).status_code == 201

    @pytest.mark.parametrize(
        "change",
        [
            {"count": 0},
            {"count": 501},
            {"uses_each": 0},
            {"uses_each": 100_001},
            {"uses_each": 10**30},
            {"quantity": 0},
            {"quantity": 1_000_001},
            {"quantity": "2"},
            {"valid_from": "2026-06-15"},
            {"note": "x" * 101},
            {"note": "a\x00b"},
            {"code": "AAAAA-AAAAA"},
        ],
    )
    def test_refuses_what_has_not_the_shape(self, city: ApiClient, path: str, change: dict[str, Any]) -> None:
        response = city.post(path, BODY | change)

        [field] = change
        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    def test_refuses_an_end_before_the_beginning(self, city: ApiClient, path: str) -> None:
        response = city.post(path, BODY | {"valid_until": "2026-06-15T08:00:00+09:00"})

        assert refusal(response) == (422, "reward_code_window_invalid")

    def test_is_for_what_was_approved(self, city: ApiClient) -> None:
        path = made_draft(city, rule=RULE)

        assert refusal(city.post(f"{path}/reward-codes", BODY)) == (409, "campaign_not_approved")

    def test_is_for_missions(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver, rule=conditions()["rule"])

        assert refusal(city.post(f"{path}/reward-codes", BODY)) == (409, "reward_codes_not_taken")

    def test_knows_no_other_campaign(self, city: ApiClient) -> None:
        path = f"/v1/city/campaigns/{uuid.UUID(int=1)}/reward-codes"

        assert refusal(city.post(path, BODY)) == (404, "campaign_not_found")

    def test_is_for_whoever_edits_campaigns(
        self, approver: ApiClient, manager: ApiClient, nobody: ApiClient, path: str
    ) -> None:
        answers = [caller.post(path, BODY).status_code for caller in (approver, manager, nobody)]

        assert answers == [403, 403, 401]
