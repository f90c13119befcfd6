"""GET /v1/shop/messages: the shop's own."""

from tests.factories.messages import SHOP_PATH, made_draft, made_shop_draft, refusal
from tests.support.client import ApiClient


class TestListOwnMessages:
    def test_shows_the_newest_first_with_its_words(self, manager: ApiClient) -> None:
        made_shop_draft(manager)
        newest = made_shop_draft(manager)

        items = manager.get(SHOP_PATH).get_json()["items"]

        assert items[0]["id"] == newest.rpartition("/")[2]
        assert items[0]["words"]["titles"]["en"].startswith("[Ad] ")

    def test_shows_nothing_of_the_city(self, city: ApiClient, manager: ApiClient) -> None:
        made_draft(city)

        assert manager.get(SHOP_PATH).get_json()["items"] == []

    def test_can_be_narrowed_to_a_status(self, manager: ApiClient) -> None:
        made_shop_draft(manager)

        assert manager.get(f"{SHOP_PATH}?status=review").get_json()["items"] == []

    def test_is_not_for_clerks(self, clerk: ApiClient) -> None:
        assert refusal(clerk.get(SHOP_PATH)) == (403, "permission_missing")
