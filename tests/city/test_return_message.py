"""POST /v1/city/messages/{id}/return: sent back with a reason."""

from tests.factories.messages import REASON, in_city, made_draft, made_review, made_shop_review, refusal
from tests.support.client import ApiClient


class TestReturnMessage:
    def test_makes_it_a_draft_again_and_says_why(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_review(city)

        returned = approver.post(f"{path}/return", REASON).get_json()

        newest = city.get(f"{path}/events").get_json()["items"][0]
        assert returned["status"] == "draft"
        assert (newest["act"], newest["reason"]) == ("returned", REASON["reason"])

    def test_sends_back_what_a_shop_wrote(self, manager: ApiClient, approver: ApiClient) -> None:
        path = made_shop_review(manager)

        assert approver.post(f"{in_city(path)}/return", REASON).get_json()["status"] == "draft"

    def test_is_for_what_is_in_review(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_draft(city)

        assert refusal(approver.post(f"{path}/return", REASON)) == (409, "message_not_in_review")

    def test_needs_a_reason(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_review(city)

        assert refusal(approver.post(f"{path}/return", {})) == (422, "fields_invalid")
