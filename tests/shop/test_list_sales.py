"""GET /v1/shop/purchases."""

from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_register_key, make_shop
from tests.factories.purchases import OTHER_KEY, buy, refund, sell, show_code
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/v1/shop/purchases"


@pytest.fixture
def foreign_register(app: Any, database: Database, at: datetime) -> ApiClient:
    def work(session: Any) -> str:
        shop = make_shop(session, at=at, name_ja="よその店")
        return make_register_key(session, shop_id=shop.id, at=at)

    return ApiClient(app, database.run(work))


class TestListSales:
    def test_lists_what_was_scanned_and_what_was_sold_newest_first(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        scanned = buy(citizen, clerk, 1000)
        sold = sell(clerk, show_code(citizen), 500).get_json()

        items = clerk.get(PATH).get_json()["items"]

        assert [item["id"] for item in items] == [sold["id"], scanned["id"]]

    def test_tells_what_has_been_refunded(self, citizen: ApiClient, clerk: ApiClient) -> None:
        refund(clerk, buy(citizen, clerk, 1000)["id"], amount_yen=400)

        [item] = clerk.get(PATH).get_json()["items"]
        assert (item["amount_yen"], item["refunded_yen"]) == (1000, 400)

    def test_comes_in_pages(self, citizen: ApiClient, clerk: ApiClient) -> None:
        older = buy(citizen, clerk, 1000)["id"]
        newer = buy(citizen, clerk, 1000, OTHER_KEY)["id"]

        first = clerk.get(f"{PATH}?limit=1").get_json()
        second = clerk.get(f"{PATH}?limit=1&cursor={first['next_cursor']}").get_json()

        found = [item["id"] for page in (first, second) for item in page["items"]]
        assert (found, second["next_cursor"]) == ([newer, older], None)

    def test_shows_nothing_of_other_shops(
        self, citizen: ApiClient, clerk: ApiClient, foreign_register: ApiClient
    ) -> None:
        buy(citizen, foreign_register)

        assert clerk.get(PATH).get_json()["items"] == []

    def test_asks_as_much_for_many_as_for_one(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        buy(citizen, clerk, 1000)
        with asked_statements(database) as for_one:
            clerk.get(PATH)
        buy(citizen, clerk, 1000, OTHER_KEY)

        with asked_statements(database) as for_two:
            clerk.get(PATH)

        assert len(for_one) == len(for_two) == 2

    @on_sqlite
    @pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=x", "shop_id=x", "unknown=1"])
    def test_refuses_bad_input(self, clerk: ApiClient, query: str) -> None:
        assert clerk.get(f"{PATH}?{query}").status_code == 422

    @on_sqlite
    def test_is_the_shops_alone(self, nobody: ApiClient, citizen: ApiClient, city: ApiClient) -> None:
        assert [caller.get(PATH).status_code for caller in (nobody, city)] == [401, 403]
        assert citizen.get(PATH).status_code == 403
