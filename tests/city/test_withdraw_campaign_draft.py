"""POST /v1/city/campaigns/{id}/withdrawal."""

from tests.factories.decisions import REASON, conditions, made_draft, made_running, refusal
from tests.support.client import ApiClient


class TestWithdrawCampaignDraft:
    def test_ends_a_campaign_that_was_only_drafted(self, city: ApiClient, nobody: ApiClient) -> None:
        path = made_draft(city)

        response = city.post(f"{path}/withdrawal", REASON)

        shown = nobody.get(f"/v1/campaigns/{path.rpartition('/')[2]}")
        assert (response.status_code, response.get_json()["state"]) == (200, "ended")
        assert shown.status_code == 404

    def test_leaves_what_runs(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)
        city.post(f"{path}/versions", conditions(note="増額"))

        response = city.post(f"{path}/withdrawal", REASON)

        newest = city.get(f"{path}/versions").get_json()["items"][0]
        assert (response.get_json()["state"], newest["status"]) == ("running", "withdrawn")

    def test_needs_something_that_is_drafted(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)

        assert refusal(city.post(f"{path}/withdrawal", REASON)) == (409, "campaign_not_draft")
