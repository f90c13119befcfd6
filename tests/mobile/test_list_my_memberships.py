"""GET /v1/me/memberships."""

import time_machine

from backend.base.database import Database
from tests.factories.member_lists import create_list, join
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

PATH = "/v1/me/memberships"


class TestListMyMemberships:
    def test_begins_with_the_list_joined_last_and_goes_on(
        self, citizen: ApiClient, manager: ApiClient, city: ApiClient, clock: time_machine.Traveller
    ) -> None:
        codes = [
            create_list(city, "市の会", face="city")["join_code"],
            create_list(manager, "一")["join_code"],
            create_list(manager, "二")["join_code"],
        ]
        for code in codes:
            clock.shift(1)
            join(citizen, code)

        first = citizen.get(f"{PATH}?limit=2").get_json()
        second = citizen.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        items = [*first["items"], *second["items"]]
        assert [item["name"] for item in items] == ["二", "一", "市の会"]
        assert [item["shop"] is None for item in items] == [False, False, True]

    def test_goes_on_among_lists_joined_in_one_moment(self, citizen: ApiClient, manager: ApiClient) -> None:
        for name in ("一", "二", "三"):
            join(citizen, create_list(manager, name)["join_code"])

        first = citizen.get(f"{PATH}?limit=2").get_json()
        second = citizen.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        assert [item["name"] for item in (*first["items"], *second["items"])] == ["三", "二", "一"]

    def test_shows_a_closed_list_with_its_end(self, citizen: ApiClient, manager: ApiClient) -> None:
        made = create_list(manager)
        join(citizen, made["join_code"])
        manager.delete(f"/v1/shop/member-lists/{made['member_list']['id']}")

        items = citizen.get(PATH).get_json()["items"]

        assert [item["closed_at"] for item in items] == ["2026-06-15T03:00:00+00:00"]

    def test_holds_nothing_of_anybody_else(
        self, citizen: ApiClient, neighbour: ApiClient, manager: ApiClient
    ) -> None:
        join(citizen, create_list(manager)["join_code"])

        assert neighbour.get(PATH).get_json()["items"] == []

    def test_asks_the_same_however_many_there_are(
        self, citizen: ApiClient, manager: ApiClient, database: Database
    ) -> None:
        for name in ("一", "二", "三"):
            join(citizen, create_list(manager, name)["join_code"])

        with asked_statements(database) as statements:
            citizen.get(PATH)

        assert len(statements) == 3  # who asks, the lists, the names of shops

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient) -> None:
        assert [caller.get(PATH).status_code for caller in (clerk, nobody)] == [403, 401]
