"""GET /v1/city/shops: who waits for an answer."""

from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture(autouse=True)
def applied(database: Database, world: World, at: datetime) -> None:
    database.run(lambda session: make_shop(session, at=at, name_ja="先", status="applied"))
    database.run(lambda session: make_shop(session, at=at, name_ja="後", status="applied"))


def names(caller: ApiClient, query: str) -> list[str]:
    return [shop["name_ja"] for shop in caller.get(f"/v1/city/shops{query}").get_json()["items"]]


class TestListShops:
    def test_shows_who_applied_first_first(self, city: ApiClient) -> None:
        assert names(city, "?status=applied") == ["先", "後"]

    def test_shows_every_status(self, city: ApiClient) -> None:
        assert names(city, "") == ["麦と汽笛", "先", "後"]

    def test_goes_on_where_the_page_before_ended(self, city: ApiClient) -> None:
        first = city.get("/v1/city/shops?status=applied&limit=1").get_json()

        assert names(city, f"?status=applied&cursor={first['next_cursor']}") == ["後"]

    def test_refuses_a_status_that_is_not_there(self, city: ApiClient) -> None:
        assert city.get("/v1/city/shops?status=asleep").status_code == 422

    def test_is_for_officers(self, approver: ApiClient, manager: ApiClient, citizen: ApiClient) -> None:
        assert approver.get("/v1/city/shops").status_code == 403
        assert manager.get("/v1/city/shops").status_code == 403
        assert citizen.get("/v1/city/shops").status_code == 403
