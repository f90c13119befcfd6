"""GET /v1/city/message-templates: words that are there from the beginning, and the city's own."""

from tests.factories.messages import TEMPLATES, made_template
from tests.support.client import ApiClient


class TestListMessageTemplates:
    def test_shows_those_that_a_city_begins_with(self, city: ApiClient) -> None:
        items = city.get(f"{TEMPLATES}?limit=100").get_json()["items"]

        assert {"notice", "event", "shop-offer", "disaster-tsunami", "disaster-water"} <= {
            item["slug"] for item in items
        }
        assert {item["status"] for item in items} == {"approved"}

    def test_gives_each_in_three_languages(self, city: ApiClient) -> None:
        items = city.get(f"{TEMPLATES}?limit=100").get_json()["items"]

        assert {tuple(sorted(item["bodies"])) for item in items} == {("en", "ja", "ja@easy")}

    def test_can_be_narrowed(self, city: ApiClient) -> None:
        made_template(city)

        items = city.get(f"{TEMPLATES}?purpose=push_city&status=draft").get_json()["items"]

        assert [(item["slug"], item["version"]) for item in items] == [("garbage-day", 1)]

    def test_goes_on_where_a_page_ended(self, city: ApiClient) -> None:
        made_template(city, slug="event", **EVENT)
        first = city.get(f"{TEMPLATES}?limit=7").get_json()

        second = city.get(f"{TEMPLATES}?limit=100&cursor={first['next_cursor']}").get_json()

        seen = [(item["slug"], -item["version"]) for item in first["items"] + second["items"]]
        assert seen == sorted(set(seen))


EVENT = {"titles": {"ja": "催し"}, "bodies": {"ja": "あります"}, "parameters": []}
