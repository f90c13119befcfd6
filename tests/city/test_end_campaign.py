"""POST /v1/city/campaigns/{id}/end."""

from tests.factories.decisions import PATH, REASON, made_draft, made_running, refusal
from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient


class TestEndCampaign:
    def test_stops_its_awards_at_once(
        self, approver: ApiClient, citizen: ApiClient, clerk: ApiClient, world: World
    ) -> None:
        approver.post(f"{PATH}/{world.base_campaign_id}/end", REASON)

        purchase = buy(citizen, clerk)

        assert purchase["earned_points"] == 0
        assert purchase["verdicts"] == []

    def test_keeps_the_reason(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)

        response = approver.post(f"{path}/end", REASON)

        newest = city.get(f"{path}/events").get_json()["items"][0]
        assert (response.status_code, response.get_json()["state"]) == (200, "ended")
        assert (newest["from_state"], newest["reason"]) == ("running", REASON["reason"])

    def test_refuses_a_draft(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_draft(city)

        assert refusal(approver.post(f"{path}/end", REASON)) == (409, "campaign_not_approved")

    def test_is_not_for_officers(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)

        assert city.post(f"{path}/end", REASON).status_code == 403
