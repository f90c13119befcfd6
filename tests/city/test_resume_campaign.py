"""POST /v1/city/campaigns/{id}/resume."""

from tests.factories.decisions import REASON, made_running, refusal
from tests.support.client import ApiClient


class TestResumeCampaign:
    def test_lets_it_run_again(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)
        city.post(f"{path}/pause", REASON)

        response = city.post(f"{path}/resume")

        assert (response.status_code, response.get_json()["state"]) == (200, "running")

    def test_is_for_what_is_paused(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)

        assert refusal(city.post(f"{path}/resume")) == (409, "campaign_not_paused")
