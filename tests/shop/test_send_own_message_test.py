"""POST /v1/shop/messages/{id}/tests: to a few who asked for it."""

from typing import Any

from tests.factories.member_lists import create_list, join
from tests.factories.messages import KEY, made_shop_draft, refusal
from tests.factories.world import World
from tests.support.client import ApiClient


def want_advertising(citizen: ApiClient) -> None:
    response = citizen.put("/v1/me/consents/push_shops", {"given": True, "version": "2026-11"})
    assert response.status_code in (200, 204), response.get_json()


def send_test(manager: ApiClient, tester: ApiClient) -> Any:
    """Of a draft of the shop, to a list that the tester has joined."""
    made_list = create_list(manager)
    join(tester, made_list["join_code"])
    path = f"{made_shop_draft(manager)}/tests"
    return manager.post(path, {"member_list_id": made_list["member_list"]["id"]}, headers=KEY).get_json()


class TestSendOwnMessageTest:
    def test_reaches_the_members_of_a_list_of_the_shop(self, manager: ApiClient, citizen: ApiClient) -> None:
        want_advertising(citizen)

        sent = send_test(manager, citizen)

        assert sent == {"told_count": 1}
        assert citizen.get("/v1/notices").get_json()["items"][0]["title"].startswith("【試し送信】【広告】")

    def test_reaches_nobody_who_wants_no_advertising(self, manager: ApiClient, citizen: ApiClient) -> None:
        assert send_test(manager, citizen) == {"told_count": 0}
        assert citizen.get("/v1/notices").get_json()["items"] == []

    def test_reaches_nobody_who_muted_the_shop(
        self, manager: ApiClient, citizen: ApiClient, world: World
    ) -> None:
        want_advertising(citizen)
        citizen.put(f"/v1/me/notice-preferences/muted-shops/{world.shop_id}")

        assert send_test(manager, citizen) == {"told_count": 0}

    def test_takes_no_list_of_the_city(self, manager: ApiClient, city: ApiClient) -> None:
        list_id = create_list(city, "健康づくり教室", face="city")["member_list"]["id"]
        path = made_shop_draft(manager)

        response = manager.post(f"{path}/tests", {"member_list_id": list_id}, headers=KEY)

        assert refusal(response) == (404, "member_list_not_found")
