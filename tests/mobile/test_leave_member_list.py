"""DELETE /v1/me/memberships/{list_id}."""

from typing import Any

import pytest

from tests.factories.member_lists import create_list, join
from tests.support.client import ApiClient

PATH = "/v1/me/memberships"


@pytest.fixture
def made(manager: ApiClient, citizen: ApiClient) -> dict[str, Any]:
    made = create_list(manager)
    assert join(citizen, made["join_code"]).status_code == 201
    return made


class TestLeaveMemberList:
    def test_takes_the_citizen_off(self, citizen: ApiClient, made: dict[str, Any]) -> None:
        response = citizen.delete(f"{PATH}/{made['member_list']['id']}")

        assert response.status_code == 204
        assert citizen.get("/v1/me/export").get_json()["memberships"] == []

    def test_works_for_a_closed_list(
        self, citizen: ApiClient, manager: ApiClient, made: dict[str, Any]
    ) -> None:
        list_id = made["member_list"]["id"]
        manager.delete(f"/v1/shop/member-lists/{list_id}")

        assert citizen.delete(f"{PATH}/{list_id}").status_code == 204

    def test_lets_them_join_again(self, citizen: ApiClient, made: dict[str, Any]) -> None:
        citizen.delete(f"{PATH}/{made['member_list']['id']}")

        assert join(citizen, made["join_code"]).status_code == 201

    def test_tells_who_is_not_on_it(self, citizen: ApiClient, made: dict[str, Any]) -> None:
        list_id = made["member_list"]["id"]
        citizen.delete(f"{PATH}/{list_id}")

        response = citizen.delete(f"{PATH}/{list_id}")

        assert (response.status_code, response.get_json()["code"]) == (404, "membership_not_found")

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient, made: dict[str, Any]) -> None:
        path = f"{PATH}/{made['member_list']['id']}"

        assert [caller.delete(path).status_code for caller in (clerk, nobody)] == [403, 401]
