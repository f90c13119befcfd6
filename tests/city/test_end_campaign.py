"""POST /v1/city/campaigns/{id}/end."""

from tests.city.test_draft_campaign import PATH, draft
from tests.factories.world import World
from tests.mobile.test_record_purchase import issue, record
from tests.support.client import ApiClient


class TestEndCampaign:
    def test_stops_its_awards_at_once(
        self, approver: ApiClient, citizen: ApiClient, clerk: ApiClient, world: World
    ) -> None:
        approver.post(f"{PATH}/{world.base_campaign_id}/end")

        purchase = record(citizen, issue(clerk)["url"]).get_json()

        assert purchase["earned_points"] == 0
        assert purchase["verdicts"] == []

    def test_refuses_a_draft(self, city: ApiClient, approver: ApiClient) -> None:
        campaign_id = city.post(PATH, draft()).get_json()["id"]

        response = approver.post(f"{PATH}/{campaign_id}/end")

        assert response.status_code == 409
        assert response.get_json()["code"] == "campaign_not_approved"
