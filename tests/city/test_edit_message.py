"""PUT /v1/city/messages/{id}: a draft is written anew."""

from tests.factories.messages import in_city, made_draft, made_review, made_shop_draft, message, refusal
from tests.support.client import ApiClient


class TestEditMessage:
    def test_replaces_all_of_it(self, city: ApiClient) -> None:
        path = made_draft(city)

        edited = city.put(path, message(category="culture", link=None)).get_json()

        assert (edited["category"], edited["link"], edited["status"]) == ("culture", None, "draft")

    def test_is_not_for_what_is_read_already(self, city: ApiClient) -> None:
        path = made_review(city)

        assert refusal(city.put(path, message())) == (409, "message_not_draft")

    def test_leaves_what_shops_write_to_them(self, city: ApiClient, manager: ApiClient) -> None:
        path = in_city(made_shop_draft(manager))

        assert refusal(city.put(path, message())) == (404, "message_not_found")
