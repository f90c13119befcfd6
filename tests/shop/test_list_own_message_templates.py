"""GET /v1/shop/message-templates: what shops may write from."""

from tests.factories.messages import made_template, refusal
from tests.support.client import ApiClient


class TestListOwnMessageTemplates:
    def test_shows_those_for_advertising_only(self, manager: ApiClient) -> None:
        items = manager.get("/v1/shop/message-templates").get_json()["items"]

        assert [item["slug"] for item in items] == ["shop-event", "shop-offer"]

    def test_shows_none_that_is_only_drafted(self, city: ApiClient, manager: ApiClient) -> None:
        words = {"ja": "{sender}：{offer}"}
        made_template(
            city,
            slug="shop-sale",
            purpose="push_shops",
            titles=words,
            bodies=words,
            parameters=[{"name": "offer", "characters_max": 10}],
        )

        items = manager.get("/v1/shop/message-templates").get_json()["items"]

        assert "shop-sale" not in [item["slug"] for item in items]

    def test_is_not_for_clerks(self, clerk: ApiClient) -> None:
        assert refusal(clerk.get("/v1/shop/message-templates")) == (403, "permission_missing")
