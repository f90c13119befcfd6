"""GET /v1/city/campaigns and /v1/city/campaigns/{id}."""

import uuid

from tests.city.test_draft_campaign import PATH, draft
from tests.factories.world import World
from tests.mobile.test_record_purchase import issue, record
from tests.support.client import ApiClient


class TestListCampaigns:
    def test_shows_the_newest_first(self, city: ApiClient) -> None:
        city.post(PATH, draft())

        items = city.get(PATH).get_json()["items"]

        assert [item["slug"] for item in items] == ["summer-evenings", "base"]

    def test_pages_by_cursor(self, city: ApiClient) -> None:
        city.post(PATH, draft())
        first = city.get(f"{PATH}?limit=1").get_json()

        second = city.get(f"{PATH}?limit=1&cursor={first['next_cursor']}").get_json()

        assert [item["slug"] for item in second["items"]] == ["base"]
        assert second["next_cursor"] is None


class TestGetCampaign:
    def test_shows_what_the_budget_has_left(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient, world: World
    ) -> None:
        record(citizen, issue(clerk, 1000)["url"])

        campaign = city.get(f"{PATH}/{world.base_campaign_id}").get_json()

        assert campaign["budget_left_points"] == campaign["budget_points"] - 10

    def test_answers_404_for_no_campaign(self, city: ApiClient) -> None:
        response = city.get(f"{PATH}/{uuid.uuid4()}")

        assert response.status_code == 404
