"""GET /v1/city/campaigns."""

from tests.factories.decisions import PATH, made_draft
from tests.factories.world import World
from tests.support.client import ApiClient


class TestListCampaigns:
    def test_shows_the_newest_first(self, city: ApiClient) -> None:
        made_draft(city)

        items = city.get(PATH).get_json()["items"]

        assert [item["slug"] for item in items] == ["summer-evenings", "base"]

    def test_says_where_each_stands(self, city: ApiClient, world: World) -> None:
        made_draft(city)

        items = city.get(PATH).get_json()["items"]

        assert [item["state"] for item in items] == ["draft", "running"]

    def test_pages_by_cursor(self, city: ApiClient) -> None:
        made_draft(city)
        first = city.get(f"{PATH}?limit=1").get_json()

        second = city.get(f"{PATH}?limit=1&cursor={first['next_cursor']}").get_json()

        assert [item["slug"] for item in second["items"]] == ["base"]
        assert second["next_cursor"] is None
