"""POST /v1/city/campaigns: an officer drafts."""

from copy import deepcopy
from typing import Any

import pytest

from backend.city.campaigns.schemas import DRAFT_EXAMPLE
from tests.support.client import ApiClient

PATH = "/v1/city/campaigns"


def draft(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(DRAFT_EXAMPLE), **changes}


class TestDraftCampaign:
    def test_answers_a_draft_without_a_budget_account(self, city: ApiClient) -> None:
        response = city.post(PATH, draft())

        assert response.status_code == 201
        campaign = response.get_json()
        assert campaign["status"] == "draft"
        assert campaign["budget_left_points"] is None
        assert campaign["rule"]["size_classes"] == ["small"]

    def test_refuses_a_slug_that_is_taken(self, city: ApiClient) -> None:
        city.post(PATH, draft())

        response = city.post(PATH, draft())

        assert response.status_code == 409
        assert response.get_json()["code"] == "campaign_slug_taken"

    def test_refuses_an_end_before_the_start(self, city: ApiClient) -> None:
        response = city.post(PATH, draft(ends_at="2027-06-01T00:00:00+09:00"))

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "ends_at"

    @pytest.mark.parametrize(
        ("rule", "field"),
        [
            ({}, "rule.rate_permille"),
            ({"rate_permille": 10, "fixed_points": 5}, "rule.rate_permille"),
            ({"rate_permille": 10, "from_minute": 600}, "rule.until_minute"),
            ({"rate_permille": 10, "rings": ["atlantis"]}, "rule.rings"),
            ({"rate_permille": 0}, "rule.rate_permille"),
            ({"rate_permille": 10, "weekdays": [7]}, "rule.weekdays.0"),
            ({"rate_permille": 10, "moon_phase": "full"}, "rule.moon_phase"),
        ],
    )
    def test_refuses_a_rule_that_contradicts_itself(
        self, city: ApiClient, rule: dict[str, Any], field: str
    ) -> None:
        response = city.post(PATH, draft(rule=rule))

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == field

    def test_is_not_for_whoever_approves(self, approver: ApiClient) -> None:
        response = approver.post(PATH, draft())

        assert response.status_code == 403

    def test_is_not_for_shops(self, manager: ApiClient) -> None:
        response = manager.post(PATH, draft())

        assert response.status_code == 403
