"""POST /v1/city/campaigns/{id}/pause."""

from tests.factories.decisions import REASON, made_running, made_scheduled, refusal
from tests.factories.purchases import buy
from tests.support.client import ApiClient


class TestPauseCampaign:
    def test_lets_no_purchase_earn(
        self, city: ApiClient, approver: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        path = made_running(city, approver)

        response = city.post(f"{path}/pause", REASON)

        assert (response.status_code, response.get_json()["state"]) == (200, "paused")
        assert [verdict["campaign"] for verdict in buy(citizen, clerk)["verdicts"]] == ["baseまつり"]

    def test_is_for_what_runs(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_scheduled(city, approver)

        assert refusal(city.post(f"{path}/pause", REASON)) == (409, "campaign_not_running")

    def test_is_not_for_whoever_approves(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)

        assert approver.post(f"{path}/pause", REASON).status_code == 403
