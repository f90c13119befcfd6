"""DELETE /v1/shop/member-lists/{list_id}."""

import time_machine

from tests.factories.member_lists import create_list, join
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/member-lists"


class TestCloseMemberList:
    def test_lets_nobody_join_any_more(self, manager: ApiClient, citizen: ApiClient) -> None:
        made = create_list(manager)

        response = manager.delete(f"{PATH}/{made['member_list']['id']}")

        assert response.status_code == 204
        assert join(citizen, made["join_code"]).get_json()["code"] == "join_code_not_found"

    def test_is_done_once(self, manager: ApiClient, clock: time_machine.Traveller) -> None:
        list_id = create_list(manager)["member_list"]["id"]
        manager.delete(f"{PATH}/{list_id}")
        clock.shift(60)

        response = manager.delete(f"{PATH}/{list_id}")

        assert response.status_code == 204
        closed = [item["closed_at"] for item in manager.get(PATH).get_json()["items"]]
        assert closed == ["2026-06-15T03:00:00+00:00"]

    def test_does_not_know_a_list_of_the_city(self, manager: ApiClient, city: ApiClient) -> None:
        list_id = create_list(city, face="city")["member_list"]["id"]

        assert manager.delete(f"{PATH}/{list_id}").status_code == 404
        assert city.get("/v1/city/member-lists").get_json()["items"][0]["closed_at"] is None

    def test_comes_with_the_end_of_the_shop(
        self, manager: ApiClient, city: ApiClient, citizen: ApiClient, world: World
    ) -> None:
        code = create_list(manager)["join_code"]
        join(citizen, code)

        city.post(f"/v1/city/shops/{world.shop_id}/decisions", {"action": "close", "reason": "閉店"})

        [membership] = citizen.get("/v1/me/memberships").get_json()["items"]
        assert membership["closed_at"] == "2026-06-15T03:00:00+00:00"

    def test_is_for_managers(self, manager: ApiClient, clerk: ApiClient) -> None:
        list_id = create_list(manager)["member_list"]["id"]

        assert clerk.delete(f"{PATH}/{list_id}").status_code == 403
