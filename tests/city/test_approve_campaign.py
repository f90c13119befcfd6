"""POST /v1/city/campaigns/{id}/approval: a second person approves, and the budget opens."""

from datetime import datetime

from backend.base.database import Database
from tests.city.test_draft_campaign import PATH, draft
from tests.factories.people import make_staff
from tests.support.client import ApiClient


class TestApproveCampaign:
    def test_opens_the_whole_budget(self, city: ApiClient, approver: ApiClient) -> None:
        campaign_id = city.post(PATH, draft()).get_json()["id"]

        response = approver.post(f"{PATH}/{campaign_id}/approval")

        assert response.status_code == 200
        campaign = response.get_json()
        assert campaign["status"] == "approved"
        assert campaign["budget_left_points"] == campaign["budget_points"] == 300_000

    def test_is_refused_to_whoever_drafted_it(
        self, app: object, database: Database, city: ApiClient, at: datetime
    ) -> None:
        both = database.run(
            lambda session: make_staff(session, at=at, face="city", roles=("officer", "approver"))
        )
        drafter = ApiClient(city.app, both.token)
        campaign_id = drafter.post(PATH, draft()).get_json()["id"]

        response = drafter.post(f"{PATH}/{campaign_id}/approval")

        assert response.status_code == 403
        assert response.get_json()["code"] == "second_person_required"

    def test_happens_once(self, city: ApiClient, approver: ApiClient) -> None:
        campaign_id = city.post(PATH, draft()).get_json()["id"]
        approver.post(f"{PATH}/{campaign_id}/approval")

        response = approver.post(f"{PATH}/{campaign_id}/approval")

        assert response.status_code == 409
        assert response.get_json()["code"] == "campaign_not_draft"

    def test_is_not_for_officers_who_only_draft(self, city: ApiClient) -> None:
        campaign_id = city.post(PATH, draft()).get_json()["id"]

        response = city.post(f"{PATH}/{campaign_id}/approval")

        assert response.status_code == 403
        assert response.get_json()["code"] == "permission_missing"
