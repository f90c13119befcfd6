"""POST /v1/shop/member-lists/{list_id}/join-codes."""

from tests.factories.member_lists import create_list, join
from tests.support.client import ApiClient

PATH = "/v1/shop/member-lists"


class TestRenewJoinCode:
    def test_ends_the_code_before_and_keeps_the_members(
        self, manager: ApiClient, citizen: ApiClient, neighbour: ApiClient
    ) -> None:
        made = create_list(manager)
        join(citizen, made["join_code"])

        response = manager.post(f"{PATH}/{made['member_list']['id']}/join-codes")

        renewed = response.get_json()
        assert (response.status_code, renewed["member_list"]) == (201, made["member_list"])
        assert join(neighbour, made["join_code"]).status_code == 404
        assert join(neighbour, renewed["join_code"]).status_code == 201
        assert len(citizen.get("/v1/me/memberships").get_json()["items"]) == 1

    def test_is_refused_for_a_closed_list(self, manager: ApiClient) -> None:
        list_id = create_list(manager)["member_list"]["id"]
        manager.delete(f"{PATH}/{list_id}")

        response = manager.post(f"{PATH}/{list_id}/join-codes")

        assert (response.status_code, response.get_json()["code"]) == (409, "member_list_closed")

    def test_does_not_know_a_list_of_the_city(self, manager: ApiClient, city: ApiClient) -> None:
        list_id = create_list(city, face="city")["member_list"]["id"]

        assert manager.post(f"{PATH}/{list_id}/join-codes").status_code == 404

    def test_is_for_managers(self, manager: ApiClient, clerk: ApiClient) -> None:
        list_id = create_list(manager)["member_list"]["id"]

        assert clerk.post(f"{PATH}/{list_id}/join-codes").status_code == 403
