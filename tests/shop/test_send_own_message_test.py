"""POST /v1/shop/messages/{id}/tests: to a few who asked for it."""

import pytest
from werkzeug.test import TestResponse

from tests.factories.member_lists import create_list, join
from tests.factories.messages import KEY, made, made_shop_draft, refusal, suspend
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def members(manager: ApiClient, citizen: ApiClient) -> str:
    """The id of a list of the shop that one citizen has joined."""
    made_list = create_list(manager)
    join(citizen, made_list["join_code"])
    found: str = made_list["member_list"]["id"]
    return found


@pytest.fixture
def wants_advertising(citizen: ApiClient) -> None:
    made(citizen.put("/v1/me/consents/push_shops", {"given": True, "version": "2026-11"}))


def send_test(manager: ApiClient, list_id: str, **key: str) -> TestResponse:
    return manager.post(f"{made_shop_draft(manager)}/tests", {"member_list_id": list_id}, headers=KEY | key)


@pytest.mark.usefixtures("wants_advertising")
class TestSendOwnMessageTest:
    def test_reaches_the_members_of_a_list_of_the_shop(
        self, manager: ApiClient, citizen: ApiClient, members: str
    ) -> None:
        sent = send_test(manager, members).get_json()

        assert sent == {"tester_count": 1}
        assert citizen.get("/v1/notices").get_json()["items"][0]["title"].startswith("【試し送信】【広告】")

    def test_is_advertising_of_the_shop(self, manager: ApiClient, citizen: ApiClient, members: str) -> None:
        send_test(manager, members)

        newest = citizen.get("/v1/notices").get_json()["items"][0]
        assert (newest["purpose"], newest["sender"]) == ("push_shops", "麦と汽笛")

    def test_takes_no_list_of_the_city(self, manager: ApiClient, city: ApiClient) -> None:
        list_id = create_list(city, "健康づくり教室", face="city")["member_list"]["id"]

        assert refusal(send_test(manager, list_id)) == (404, "member_list_not_found")

    def test_leaves_alone_who_has_muted_the_shop(
        self, manager: ApiClient, citizen: ApiClient, members: str, world: World
    ) -> None:
        citizen.put(f"/v1/me/notice-preferences/muted-shops/{world.shop_id}")

        assert send_test(manager, members).get_json() == {"tester_count": 1}
        assert citizen.get("/v1/notices").get_json()["items"] == []

    def test_is_not_sent_again_and_again(self, manager: ApiClient, members: str) -> None:
        codes = [
            send_test(manager, members, **{"Idempotency-Key": f"9f7d7a3e-{number:04}"}).status_code
            for number in range(11)
        ]

        assert codes == [200] * 10 + [429]

    def test_is_refused_to_a_suspended_shop(
        self, manager: ApiClient, city: ApiClient, members: str, world: World
    ) -> None:
        suspend(city, world.shop_id)

        assert refusal(send_test(manager, members)) == (409, "shop_not_active")


class TestWithoutConsentToAdvertising:
    def test_nobody_is_told_and_the_shop_does_not_learn_it(
        self, manager: ApiClient, citizen: ApiClient, members: str
    ) -> None:
        response = send_test(manager, members)

        assert response.get_json() == {"tester_count": 1}
        assert citizen.get("/v1/notices").get_json()["items"] == []
