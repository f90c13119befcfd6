"""GET /v1/shops: where to buy."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.organisations import make_hours, make_shop, make_tags
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def add_shop(database: Database, at: datetime) -> Callable[..., None]:
    """Another shop; `tags` and `hours` besides its columns."""

    def add(
        name_ja: str, tags: tuple[str, ...] = (), hours: tuple[tuple[int, int, int], ...] = (), **columns: Any
    ) -> None:
        def work(session: Session) -> None:
            shop = make_shop(session, at=at, name_ja=name_ja, **columns)
            make_tags(session, *tags, shop_id=shop.id)
            make_hours(session, *hours, shop_id=shop.id)

        database.run(work)

    return add


def names(caller: ApiClient, query: str = "") -> list[str]:
    return [shop["name"] for shop in caller.get(f"/v1/shops{query}").get_json()["items"]]


class TestListShops:
    def test_needs_no_account(self, nobody: ApiClient, world: World) -> None:
        response = nobody.get("/v1/shops")

        assert response.status_code == 200
        assert [shop["id"] for shop in response.get_json()["items"]] == [str(world.shop_id)]

    def test_tells_what_a_card_shows(self, nobody: ApiClient, add_shop: Callable[..., None]) -> None:
        add_shop(
            "港の市",
            tags=("market",),
            hours=((0, 540, 1080),),
            latitude=42.984,
            longitude=144.384,
            address="末広町1-1",
        )

        shop = nobody.get("/v1/shops?tag=market").get_json()["items"][0]

        assert shop | {"id": None} == {
            "id": None,
            "name": "港の市",
            "municipality_code": "012068",
            "ring": "city",
            "district": "北大通",
            "address": "末広町1-1",
            "latitude": 42.984,
            "longitude": 144.384,
            "size_class": "small",
            "is_locally_owned": True,
            "tags": ["market"],
            "is_open": True,
            "distance_m": None,
        }

    @pytest.mark.parametrize(
        ("language", "expected"), [("en", "Harbour Market"), ("ja", "港の市"), ("ja-x-easy", "港の市")]
    )
    def test_names_shops_in_the_callers_language(
        self, nobody: ApiClient, add_shop: Callable[..., None], language: str, expected: str
    ) -> None:
        add_shop("港の市", name_en="Harbour Market")

        response = nobody.get("/v1/shops", headers={"Accept-Language": language})

        assert response.get_json()["items"][0]["name"] == expected

    def test_falls_back_to_japanese(self, nobody: ApiClient, add_shop: Callable[..., None]) -> None:
        add_shop("港の市")

        response = nobody.get("/v1/shops", headers={"Accept-Language": "en"})

        assert response.get_json()["items"][0]["name"] == "港の市"

    def test_finds_by_text(self, nobody: ApiClient, world: World, add_shop: Callable[..., None]) -> None:
        add_shop("港の市", search_text="みなとの市")

        assert names(nobody, "?text=ミナト") == ["港の市"]

    def test_finds_the_open(self, nobody: ApiClient, world: World, add_shop: Callable[..., None]) -> None:
        add_shop("昼の店", hours=((0, 540, 1080),))

        assert names(nobody, "?open_now=true") == ["昼の店"]

    def test_finds_exactly_one_ring(
        self, nobody: ApiClient, world: World, add_shop: Callable[..., None]
    ) -> None:
        add_shop("町の店", ring="kushiro_area")

        assert names(nobody, "?ring=kushiro_area") == ["町の店"]

    def test_finds_a_ring_and_all_nearer_ones(
        self, nobody: ApiClient, world: World, add_shop: Callable[..., None]
    ) -> None:
        add_shop("町の店", ring="kushiro_area")
        add_shop("帯広の店", ring="east_hokkaido")

        assert names(nobody, "?within_ring=kushiro_area") == ["麦と汽笛", "町の店"]

    def test_puts_the_nearest_first_and_tells_the_metres(
        self, nobody: ApiClient, world: World, add_shop: Callable[..., None]
    ) -> None:
        add_shop("遠い店", latitude=42.9996, longitude=144.3820)
        add_shop("近い店", latitude=42.9916, longitude=144.3820)

        page = nobody.get("/v1/shops?latitude=42.9906&longitude=144.3820&radius_m=5000").get_json()

        assert [(shop["name"], shop["distance_m"]) for shop in page["items"]] == [
            ("近い店", 111),
            ("遠い店", 1001),
        ]

    def test_goes_on_where_the_page_before_ended(
        self, nobody: ApiClient, add_shop: Callable[..., None]
    ) -> None:
        add_shop("一")
        add_shop("二")
        first = nobody.get("/v1/shops?limit=1").get_json()

        second = nobody.get(f"/v1/shops?limit=1&cursor={first['next_cursor']}").get_json()

        assert [shop["name"] for shop in first["items"] + second["items"]] == ["一", "二"]
        assert second["next_cursor"] is None

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("ring=nagano", "ring"),
            ("within_ring=nagano", "within_ring"),
            ("ring=city&within_ring=", "within_ring"),
            ("latitude=43", "longitude"),
            ("radius_m=100", "latitude"),
            ("latitude=91&longitude=0", "latitude"),
            ("latitude=nan&longitude=0", "latitude"),
            ("latitude=43&longitude=144&radius_m=50001", "radius_m"),
            ("open_now=perhaps", "open_now"),
            ("limit=0", "limit"),
            ("cursor=bm9uc2Vuc2U", "cursor"),
            ("status=applied", "status"),
        ],
    )
    def test_refuses_a_filter_and_names_it(
        self, nobody: ApiClient, world: World, query: str, field: str
    ) -> None:
        response = nobody.get(f"/v1/shops?{query}")

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    def test_is_a_304_while_nothing_changes(self, nobody: ApiClient, world: World) -> None:
        etag = nobody.get("/v1/shops").headers["ETag"]

        response = nobody.get("/v1/shops", headers={"If-None-Match": etag})

        assert response.status_code == 304
