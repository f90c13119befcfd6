"""GET /v1/me/favourite-shops."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.organisations.models import FavouriteShop, Shop
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

PATH = "/v1/me/favourite-shops"


@pytest.fixture
def shop_ids(database: Database, world: World, at: datetime) -> Sequence[uuid.UUID]:
    """The citizen's favourites: the newest first, the last two added in one moment."""

    def work(session: Session) -> Sequence[uuid.UUID]:
        shops = [make_shop(session, at=at, name_ja=name, name_en=f"{name} shop") for name in "いろは"]
        for shop, minutes in zip(shops, (2, 1, 1), strict=True):
            session.add(
                FavouriteShop(
                    citizen_id=world.citizen.id, shop_id=shop.id, added_at=at + timedelta(minutes=minutes)
                )
            )
        return [shops[0].id, *sorted((shop.id for shop in shops[1:]), reverse=True)]

    return database.run(work)


class TestListFavouriteShops:
    def test_tells_which_and_since_when(self, citizen: ApiClient, shop_ids: Sequence[uuid.UUID]) -> None:
        items = citizen.get(PATH, headers={"Accept-Language": "en"}).get_json()["items"]

        assert items[0] == {
            "id": str(shop_ids[0]),
            "name": "い shop",
            "ring": "city",
            "district": "北大通",
            "added_at": "2026-06-15T03:02:00+00:00",
        }

    def test_begins_with_the_newest(self, citizen: ApiClient, shop_ids: Sequence[uuid.UUID]) -> None:
        items = citizen.get(PATH).get_json()["items"]

        assert [item["id"] for item in items] == [str(shop_id) for shop_id in shop_ids]

    def test_goes_on_where_the_page_before_ended(
        self, citizen: ApiClient, shop_ids: Sequence[uuid.UUID]
    ) -> None:
        first = citizen.get(f"{PATH}?limit=2").get_json()
        second = citizen.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        ids = [item["id"] for item in (*first["items"], *second["items"])]
        assert ids == [str(shop_id) for shop_id in shop_ids]

    def test_leaves_out_a_shop_until_it_takes_part_again(
        self, citizen: ApiClient, database: Database, shop_ids: Sequence[uuid.UUID]
    ) -> None:
        suspending = update(Shop).where(Shop.id == shop_ids[0])
        database.run(lambda session: session.execute(suspending.values(status="suspended")))
        while_suspended = citizen.get(PATH).get_json()["items"]
        database.run(lambda session: session.execute(suspending.values(status="active")))

        assert len(while_suspended) == 2
        assert len(citizen.get(PATH).get_json()["items"]) == 3

    def test_asks_once_however_many_there_are(
        self, citizen: ApiClient, database: Database, shop_ids: Sequence[uuid.UUID]
    ) -> None:
        with asked_statements(database) as statements:
            citizen.get(PATH)

        assert len(statements) == 2  # one for who asks

    def test_refuses_a_cursor_of_another_list(
        self, citizen: ApiClient, shop_ids: Sequence[uuid.UUID]
    ) -> None:
        cursor = citizen.get("/v1/shops?limit=1").get_json()["next_cursor"]

        assert citizen.get(f"{PATH}?cursor={cursor}").get_json()["code"] == "cursor_invalid"

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient) -> None:
        assert [caller.get(PATH).status_code for caller in (clerk, nobody)] == [403, 401]
