"""POST /v1/city/campaigns/{id}/return."""

from tests.factories.decisions import REASON, made_draft, made_review, refusal
from tests.support.client import ApiClient


class TestReturnCampaign:
    def test_makes_it_a_draft_again_and_keeps_the_reason(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_review(city)

        response = approver.post(f"{path}/return", REASON)

        newest = city.get(f"{path}/events").get_json()["items"][0]
        assert (response.status_code, response.get_json()["state"]) == (200, "draft")
        assert (newest["act"], newest["reason"]) == ("returned", REASON["reason"])

    def test_wants_a_reason(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_review(city)

        assert approver.post(f"{path}/return", {}).status_code == 422

    def test_is_for_what_is_in_review(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_draft(city)

        assert refusal(approver.post(f"{path}/return", REASON)) == (409, "campaign_not_in_review")

    def test_is_not_for_officers(self, city: ApiClient) -> None:
        path = made_review(city)

        assert city.post(f"{path}/return", REASON).status_code == 403
