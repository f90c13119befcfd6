"""POST /v1/shop/messages/{id}/review: to the city."""

from tests.factories.messages import in_city, made_shop_review, refusal
from tests.support.client import ApiClient


class TestSubmitOwnMessage:
    def test_puts_it_before_the_city(self, manager: ApiClient, approver: ApiClient) -> None:
        path = made_shop_review(manager)

        assert approver.get(in_city(path)).get_json()["status"] == "review"

    def test_is_for_drafts(self, manager: ApiClient) -> None:
        path = made_shop_review(manager)

        assert refusal(manager.post(f"{path}/review")) == (409, "message_not_draft")
