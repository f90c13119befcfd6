"""GET /v1/city/messages/{id}/events: who did what when and why."""

from tests.factories.messages import PATH, REASON, made, made_review, made_scheduled, refusal
from tests.factories.world import World
from tests.support.client import ApiClient


class TestListMessageEvents:
    def test_tells_every_act_newest_first(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_scheduled(city, approver)
        made(city.post(f"{path}/cancellation", REASON))

        items = city.get(f"{path}/events").get_json()["items"]

        assert [(item["act"], item["from_status"], item["to_status"]) for item in items] == [
            ("cancelled", "scheduled", "cancelled"),
            ("scheduled", "approved", "scheduled"),
            ("approved", "review", "approved"),
            ("submitted", "draft", "review"),
            ("drafted", None, "draft"),
        ]
        assert [item["by"] for item in items] == ["係"] * 5

    def test_goes_on_where_a_page_ended(self, city: ApiClient) -> None:
        path = made_review(city)

        first = city.get(f"{path}/events?limit=1").get_json()
        second = city.get(f"{path}/events?cursor={first['next_cursor']}").get_json()

        assert [item["act"] for item in second["items"]] == ["drafted"]

    def test_of_no_message_are_not_there(self, city: ApiClient, world: World) -> None:
        assert refusal(city.get(f"{PATH}/{world.shop_id}/events")) == (404, "message_not_found")
