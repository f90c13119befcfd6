"""PUT /v1/city/campaigns/{id}/draft."""

from tests.factories.decisions import conditions, made_draft, made_review, made_running, refusal
from tests.support.client import ApiClient


class TestEditCampaignDraft:
    def test_writes_the_draft_anew(self, city: ApiClient) -> None:
        path = made_draft(city)

        response = city.put(f"{path}/draft", conditions(budget_points=700))

        assert (response.status_code, response.get_json()["budget_points"]) == (200, 700)

    def test_writes_the_draft_of_a_later_version_and_leaves_what_runs(
        self, city: ApiClient, approver: ApiClient
    ) -> None:
        path = made_running(city, approver)
        city.post(f"{path}/versions", conditions(note="増額", budget_points=400_000))

        response = city.put(f"{path}/draft", conditions(note="さらに増額", budget_points=500_000))

        newest = city.get(f"{path}/versions").get_json()["items"][0]
        assert response.get_json()["budget_points"] == 300_000
        assert (newest["version"], newest["budget_points"], newest["note"]) == (2, 500_000, "さらに増額")

    def test_refuses_what_is_in_review(self, city: ApiClient) -> None:
        path = made_review(city)

        assert refusal(city.put(f"{path}/draft", conditions())) == (409, "campaign_not_draft")

    def test_does_not_change_the_slug(self, city: ApiClient) -> None:
        path = made_draft(city)

        response = city.put(f"{path}/draft", conditions(slug="other"))

        assert (response.status_code, response.get_json()["errors"][0]["field"]) == (422, "slug")

    def test_is_not_for_whoever_approves(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_draft(city)

        assert approver.put(f"{path}/draft", conditions()).status_code == 403
