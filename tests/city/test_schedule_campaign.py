"""POST /v1/city/campaigns/{id}/schedule."""

from tests.factories.decisions import NOW_RUNNING, made_approved, made_review, refusal
from tests.factories.purchases import buy
from tests.support.client import ApiClient


class TestScheduleCampaign:
    def test_funds_the_whole_budget(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_approved(city, approver)

        response = city.post(f"{path}/schedule")

        campaign = response.get_json()
        assert (response.status_code, campaign["state"]) == (200, "scheduled")
        assert campaign["budget_left_points"] == campaign["budget_points"] == 300_000

    def test_lets_the_next_purchase_earn(
        self, city: ApiClient, approver: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        rule = {"reward": {"fixed_points": 77}, "lifetime": {"days": 30}}
        path = made_approved(city, approver, rule=rule, **NOW_RUNNING)

        city.post(f"{path}/schedule")

        assert 77 in [verdict["points"] for verdict in buy(citizen, clerk)["verdicts"]]

    def test_is_for_what_is_approved(self, city: ApiClient) -> None:
        path = made_review(city)

        assert refusal(city.post(f"{path}/schedule")) == (409, "campaign_not_approved")

    def test_is_not_for_whoever_approves(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_approved(city, approver)

        assert approver.post(f"{path}/schedule").status_code == 403
