"""GET /v1/purchases."""

from typing import Any

import pytest

from backend.base.database import Database
from tests.factories.purchases import buy
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def buy_several(caller: ApiClient, till: ApiClient, times: int, first: int = 0) -> list[dict[str, Any]]:
    return [buy(caller, till, 100 + number, f"purchase-{number}") for number in range(first, first + times)]


class TestListPurchases:
    def test_shows_my_purchases_newest_first(self, citizen: ApiClient, clerk: ApiClient) -> None:
        bought = buy_several(citizen, clerk, 3)

        response = citizen.get("/v1/purchases")

        assert response.status_code == 200
        assert response.get_json() == {"items": bought[::-1], "next_cursor": None}

    def test_shows_nobody_elses(self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient) -> None:
        buy(citizen, clerk)

        assert neighbour.get("/v1/purchases").get_json()["items"] == []

    def test_goes_through_all_pages_without_a_gap_while_new_purchases_come(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        bought = buy_several(citizen, clerk, 5)
        first = citizen.get("/v1/purchases?limit=2").get_json()
        buy_several(citizen, clerk, 2, first=5)
        second = citizen.get(f"/v1/purchases?limit=2&cursor={first['next_cursor']}").get_json()
        third = citizen.get(f"/v1/purchases?limit=2&cursor={second['next_cursor']}").get_json()

        seen = [purchase["id"] for page in (first, second, third) for purchase in page["items"]]
        assert seen == [purchase["id"] for purchase in bought[::-1]]
        assert third["next_cursor"] is None

    def test_does_not_show_the_owner_of_a_borrowed_cursor(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        buy_several(citizen, clerk, 2)
        cursor = citizen.get("/v1/purchases?limit=1").get_json()["next_cursor"]

        assert neighbour.get(f"/v1/purchases?cursor={cursor}").get_json()["items"] == []

    def test_asks_the_same_number_of_questions_however_many_there_are(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        buy_several(citizen, clerk, 1)
        with asked_statements(database) as for_one:
            citizen.get("/v1/purchases")
        buy_several(citizen, clerk, 4, first=1)

        with asked_statements(database) as for_five:
            citizen.get("/v1/purchases")

        assert len(for_five) == len(for_one) == 3

    def test_answers_304_until_something_is_bought(self, citizen: ApiClient, clerk: ApiClient) -> None:
        buy(citizen, clerk)
        etag = citizen.get("/v1/purchases").headers["ETag"]

        unchanged = citizen.get("/v1/purchases", headers={"If-None-Match": etag})
        buy(citizen, clerk, key="another-purchase")
        changed = citizen.get("/v1/purchases", headers={"If-None-Match": etag})

        assert (unchanged.status_code, unchanged.data) == (304, b"")
        assert changed.status_code == 200

    @on_sqlite
    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=101",
            "limit=-1",
            "limit=x",
            "limit=",
            "limit=1.5",
            f"limit={10**30}",
            "cursor=",
            "cursor=nonsense",
            "cursor=%00",
            f"cursor={'x' * 401}",
            "cursor=WzVd",
            "offset=5",
        ],
    )
    def test_refuses_a_query_it_does_not_know(self, citizen: ApiClient, query: str) -> None:
        assert citizen.get(f"/v1/purchases?{query}").status_code == 422

    @on_sqlite
    def test_wants_a_citizen(self, nobody: ApiClient, clerk: ApiClient, register: ApiClient) -> None:
        statuses = [caller.get("/v1/purchases").status_code for caller in (nobody, clerk, register)]

        assert statuses == [401, 403, 403]
