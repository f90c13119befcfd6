"""POST /v1/city/campaigns/{id}/approval: a second person approves."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.decisions import (
    NOW_RUNNING,
    PATH,
    conditions,
    draft,
    made_draft,
    made_review,
    made_running,
    refusal,
)
from tests.factories.people import make_staff
from tests.support.client import ApiClient


class TestApproveCampaign:
    def test_freezes_it_without_a_budget_yet(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_review(city)

        response = approver.post(f"{path}/approval")

        campaign = response.get_json()
        assert (response.status_code, campaign["state"]) == (200, "approved")
        assert campaign["budget_left_points"] is None

    def test_is_refused_to_whoever_drafted_it(
        self, city: ApiClient, database: Database, at: datetime
    ) -> None:
        both = database.run(
            lambda session: make_staff(session, at=at, face="city", roles=("officer", "approver"))
        )
        drafter = ApiClient(city.app, both.token)
        campaign_id = drafter.post(PATH, draft()).get_json()["id"]
        drafter.post(f"{PATH}/{campaign_id}/review")

        response = drafter.post(f"{PATH}/{campaign_id}/approval")

        assert refusal(response) == (403, "second_person_required")

    def test_is_for_what_is_in_review(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_draft(city)

        assert refusal(approver.post(f"{path}/approval")) == (409, "campaign_not_in_review")

    def test_of_a_later_version_changes_what_runs(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)
        city.post(f"{path}/versions", conditions(**NOW_RUNNING, budget_points=400_000, note="増額"))
        city.post(f"{path}/review")

        campaign = approver.post(f"{path}/approval").get_json()

        assert (campaign["state"], campaign["version"]) == ("running", 2)
        assert campaign["budget_points"] == campaign["budget_left_points"] == 400_000

    def test_lowers_no_budget_of_what_runs(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)
        city.post(f"{path}/versions", conditions(**NOW_RUNNING, budget_points=200_000, note="減額"))
        city.post(f"{path}/review")

        assert refusal(approver.post(f"{path}/approval")) == (409, "campaign_budget_lowered")

    def test_is_not_for_officers_who_only_draft(self, city: ApiClient) -> None:
        path = made_review(city)

        assert refusal(city.post(f"{path}/approval")) == (403, "permission_missing")
