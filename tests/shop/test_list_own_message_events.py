"""GET /v1/shop/messages/{id}/events: who did what when and why."""

from tests.factories.messages import REASON, in_city, made, made_shop_review
from tests.support.client import ApiClient


class TestListOwnMessageEvents:
    def test_tells_why_the_city_sent_it_back(self, manager: ApiClient, approver: ApiClient) -> None:
        path = made_shop_review(manager)
        made(approver.post(f"{in_city(path)}/return", REASON))

        newest = manager.get(f"{path}/events").get_json()["items"][0]

        assert (newest["act"], newest["reason"]) == ("returned", REASON["reason"])
