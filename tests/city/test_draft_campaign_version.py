"""POST /v1/city/campaigns/{id}/versions."""

from tests.factories.decisions import conditions, made_review, made_running, refusal
from tests.support.client import ApiClient


class TestDraftCampaignVersion:
    def test_leaves_in_force_what_was_approved(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)

        response = city.post(f"{path}/versions", conditions(note="増額", budget_points=400_000))

        campaign = response.get_json()
        assert response.status_code == 201
        assert (campaign["version"], campaign["budget_points"]) == (1, 300_000)

    def test_says_what_changes_and_why(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)

        response = city.post(f"{path}/versions", conditions())

        assert refusal(response) == (422, "campaign_note_missing")
        assert response.get_json()["errors"][0]["field"] == "note"

    def test_is_one_at_a_time(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)
        city.post(f"{path}/versions", conditions(note="増額"))

        response = city.post(f"{path}/versions", conditions(note="もう一度"))

        assert refusal(response) == (409, "campaign_version_open")

    def test_is_not_for_what_was_never_approved(self, city: ApiClient) -> None:
        path = made_review(city)

        response = city.post(f"{path}/versions", conditions(note="増額"))

        assert refusal(response) == (409, "campaign_not_approved")
