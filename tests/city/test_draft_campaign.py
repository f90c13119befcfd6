"""POST /v1/city/campaigns: an officer drafts."""

from typing import Any

import pytest

from tests.factories.decisions import PATH, draft, made_draft, refusal
from tests.support.client import ApiClient

LIFE = {"lifetime": {"days": 180}}
RATE = {"reward": {"rate_permille": 10}} | LIFE


class TestDraftCampaign:
    def test_answers_a_draft_without_a_budget_account(self, city: ApiClient) -> None:
        response = city.post(PATH, draft())

        assert response.status_code == 201
        campaign = response.get_json()
        assert (campaign["state"], campaign["version"]) == ("draft", 1)
        assert campaign["budget_left_points"] is None
        assert campaign["rule"] == draft()["rule"]

    def test_refuses_a_slug_that_is_taken(self, city: ApiClient) -> None:
        made_draft(city)

        assert refusal(city.post(PATH, draft())) == (409, "campaign_slug_taken")

    def test_refuses_an_end_before_the_start(self, city: ApiClient) -> None:
        response = city.post(PATH, draft(ends_at="2027-06-01T00:00:00+09:00"))

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "ends_at"

    def test_refuses_a_tie_and_names_the_other(self, city: ApiClient) -> None:
        rule = RATE | {"together": {"mode": "exclusive", "priority": 7}}
        made_draft(city, slug="first-come", rule=rule)

        response = city.post(PATH, draft(slug="second-come", rule=rule))

        assert refusal(response) == (422, "campaign_priority_tied")
        assert "first-come" in response.get_json()["detail"]

    @pytest.mark.parametrize(
        ("rule", "field"),
        [
            ({**LIFE}, "rule.reward"),
            (RATE | {"reward": {"rate_permille": 10, "fixed_points": 5}}, "rule.reward"),
            (RATE | {"when": {"from_minute": 600}}, "rule.when.until_minute"),
            (RATE | {"where": {"rings": ["atlantis"]}}, "rule.where.rings"),
            (RATE | {"who": {"home_rings": ["atlantis"]}}, "rule.who.home_rings"),
            (
                RATE | {"what": {"products": [{"origin_rings": ["atlantis"]}]}},
                "rule.what.products.0.origin_rings",
            ),
        ],
    )
    def test_refuses_a_rule_that_contradicts_itself_or_the_region(
        self, city: ApiClient, rule: dict[str, Any], field: str
    ) -> None:
        response = city.post(PATH, draft(rule=rule))

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == field

    def test_refuses_a_premium_above_what_the_law_allows_and_shows_how_that_is_reckoned(
        self, city: ApiClient
    ) -> None:
        premium = {
            "mechanism": "premium_to_all",
            "transaction_yen": 2_000,
            "planned_sales_yen": 1_000_000,
            "largest_prize_yen": 401,
            "total_prizes_yen": 200_500,
        }

        response = city.post(PATH, draft(premium=premium))

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, "premium_cap_exceeded")
        assert problem["errors"][0]["field"] == "premium.largest_prize_yen"
        assert "¥2,000 × 20% → ¥400" in problem["detail"]

    @pytest.mark.parametrize(
        ("premium", "field"),
        [
            ({"mechanism": "gift"}, "premium.mechanism"),
            ({"mechanism": "lottery", "largest_prize_yen": -1}, "premium.largest_prize_yen"),
            ({"mechanism": "lottery", "transaction_yen": 0}, "premium.transaction_yen"),
            ({"mechanism": "lottery"}, "premium.planned_sales_yen"),
        ],
    )
    def test_wants_the_whole_declaration_of_a_premium(
        self, city: ApiClient, premium: dict[str, Any], field: str
    ) -> None:
        response = city.post(PATH, draft(premium=premium))

        fields = [error["field"] for error in response.get_json()["errors"]]
        assert (response.status_code, field in fields) == (422, True)

    def test_is_not_for_whoever_approves(self, approver: ApiClient) -> None:
        assert approver.post(PATH, draft()).status_code == 403

    def test_is_not_for_shops(self, manager: ApiClient) -> None:
        assert manager.post(PATH, draft()).status_code == 403
