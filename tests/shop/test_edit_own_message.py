"""PUT /v1/shop/messages/{id}: a draft is written anew."""

from tests.factories.messages import made_shop_draft, made_shop_review, refusal, shop_message
from tests.support.client import ApiClient


class TestEditOwnMessage:
    def test_replaces_all_of_it(self, manager: ApiClient) -> None:
        path = made_shop_draft(manager)

        edited = manager.put(path, shop_message(category="eating_out")).get_json()

        assert (edited["category"], edited["status"]) == ("eating_out", "draft")

    def test_is_not_for_what_the_city_reads_already(self, manager: ApiClient) -> None:
        path = made_shop_review(manager)

        assert refusal(manager.put(path, shop_message())) == (409, "message_not_draft")
