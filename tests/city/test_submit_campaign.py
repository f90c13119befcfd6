"""POST /v1/city/campaigns/{id}/review."""

from tests.factories.decisions import made_draft, made_review, refusal
from tests.support.client import ApiClient


class TestSubmitCampaign:
    def test_puts_the_draft_into_review(self, city: ApiClient) -> None:
        path = made_draft(city)

        response = city.post(f"{path}/review")

        assert (response.status_code, response.get_json()["state"]) == (200, "review")

    def test_happens_once(self, city: ApiClient) -> None:
        path = made_review(city)

        assert refusal(city.post(f"{path}/review")) == (409, "campaign_not_draft")

    def test_is_not_for_whoever_approves(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_draft(city)

        assert approver.post(f"{path}/review").status_code == 403
