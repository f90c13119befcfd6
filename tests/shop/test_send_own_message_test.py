"""POST /v1/shop/messages/{id}/tests: to a few who asked for it."""

from tests.factories.member_lists import create_list, join
from tests.factories.messages import KEY, made_shop_draft, refusal
from tests.support.client import ApiClient


class TestSendOwnMessageTest:
    def test_reaches_the_members_of_a_list_of_the_shop(self, manager: ApiClient, citizen: ApiClient) -> None:
        made_list = create_list(manager)
        join(citizen, made_list["join_code"])
        path = made_shop_draft(manager)

        sent = manager.post(
            f"{path}/tests", {"member_list_id": made_list["member_list"]["id"]}, headers=KEY
        ).get_json()

        assert sent == {"told_count": 1}
        assert citizen.get("/v1/notices").get_json()["items"][0]["title"].startswith("【試し送信】【広告】")

    def test_takes_no_list_of_the_city(self, manager: ApiClient, city: ApiClient) -> None:
        list_id = create_list(city, "健康づくり教室", face="city")["member_list"]["id"]
        path = made_shop_draft(manager)

        response = manager.post(f"{path}/tests", {"member_list_id": list_id}, headers=KEY)

        assert refusal(response) == (404, "member_list_not_found")
