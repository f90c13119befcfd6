"""PUT /v1/me/favourite-shops/{shop_id}."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from backend.base.database import Database
from backend.organisations.models import FavouriteShop
from backend.organisations.service.favourites import add_favourite_shop
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/me/favourite-shops"


class TestAddFavouriteShop:
    def test_adds_it_once_with_its_first_day(
        self, citizen: ApiClient, world: World, clock: time_machine.Traveller
    ) -> None:
        first = citizen.put(f"{PATH}/{world.shop_id}")
        clock.shift(60)
        second = citizen.put(f"{PATH}/{world.shop_id}")

        assert [first.status_code, second.status_code] == [204, 204]
        items = citizen.get(PATH).get_json()["items"]
        assert [item["added_at"] for item in items] == ["2026-06-15T03:00:00+00:00"]

    def test_is_nobody_elses_favourite(self, citizen: ApiClient, neighbour: ApiClient, world: World) -> None:
        citizen.put(f"{PATH}/{world.shop_id}")

        assert neighbour.get(PATH).get_json()["items"] == []

    def test_stands_in_the_export(self, citizen: ApiClient, world: World) -> None:
        citizen.put(f"{PATH}/{world.shop_id}")

        rows = citizen.get("/v1/me/export").get_json()["favourite_shops"]
        assert [row["shop_id"] for row in rows] == [str(world.shop_id)]

    @pytest.mark.parametrize("status", ["applied", "suspended", "closed", "rejected"])
    def test_knows_no_shop_that_does_not_take_part(
        self, citizen: ApiClient, database: Database, at: datetime, status: str
    ) -> None:
        shop_id = database.run(lambda session: make_shop(session, at=at, status=status).id)

        response = citizen.put(f"{PATH}/{shop_id}")

        assert (response.status_code, response.get_json()["code"]) == (404, "shop_not_found")

    def test_knows_no_shop_that_is_none(self, citizen: ApiClient) -> None:
        assert citizen.put(f"{PATH}/{uuid.uuid4()}").status_code == 404

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient, world: World) -> None:
        path = f"{PATH}/{world.shop_id}"

        assert [caller.put(path).status_code for caller in (clerk, nobody)] == [403, 401]

    def test_pressed_many_times_at_once_adds_it_once(
        self, database: Database, world: World, at: datetime
    ) -> None:
        def add(_number: int) -> Any:
            return database.run(
                lambda session: add_favourite_shop(
                    session, citizen_id=world.citizen.id, shop_id=world.shop_id, at=at
                )
            )

        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(add, range(8)))

        rows = database.run(lambda session: session.scalar(select(func.count(FavouriteShop.shop_id))))
        assert (outcomes, rows) == ([None] * 8, 1)
