"""POST /v1/scans/shop: which shop it is, before anything is stated."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from backend.base.database import Database
from backend.organisations.models import Shop
from backend.purchases.models import Purchase
from tests.factories.merchant_codes import jpqr, replaced, seal
from tests.factories.posters import issue_poster
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

PATH = "/v1/scans/shop"
STICKER = seal(jpqr())

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestResolveShopScan:
    def test_shows_the_shop_and_where_it_is(
        self, citizen: ApiClient, manager: ApiClient, world: World
    ) -> None:
        poster = issue_poster(manager)

        response = citizen.post(PATH, {"scanned": poster["url"]})

        assert response.status_code == 200
        assert response.get_json() == {
            "id": str(world.shop_id),
            "name": "麦と汽笛",
            "municipality": "釧路市",
            "district": "北大通",
            "address": None,
        }

    def test_reads_typed_digits_and_the_shops_own_sticker_alike(
        self, citizen: ApiClient, manager: ApiClient
    ) -> None:
        poster = issue_poster(manager)
        manager.post("/v1/shop/stickers", {"scanned": STICKER})

        shops = [
            citizen.post(PATH, {"scanned": scanned}).get_json()
            for scanned in (poster["url"], poster["code"], STICKER)
        ]

        assert [shop["name"] for shop in shops] == ["麦と汽笛"] * 3

    def test_names_it_in_the_callers_language(
        self, citizen: ApiClient, manager: ApiClient, database: Database
    ) -> None:
        database.run(lambda session: session.execute(update(Shop).values(name_en="Wheat & Whistle")))
        url = issue_poster(manager)["url"]

        shop = citizen.post(PATH, {"scanned": url}, headers={"Accept-Language": "en"}).get_json()

        assert (shop["name"], shop["municipality"]) == ("Wheat & Whistle", "Kushiro City")

    def test_names_no_municipality_that_the_region_does_not_know(
        self, citizen: ApiClient, manager: ApiClient, database: Database
    ) -> None:
        database.run(lambda session: session.execute(update(Shop).values(municipality_code="131016")))

        shop = citizen.post(PATH, {"scanned": issue_poster(manager)["url"]}).get_json()

        assert shop["municipality"] is None

    def test_records_nothing(self, citizen: ApiClient, manager: ApiClient, database: Database) -> None:
        url = issue_poster(manager)["url"]

        for _ in range(2):
            citizen.post(PATH, {"scanned": url})

        assert database.run(lambda session: session.scalar(select(func.count(Purchase.id)))) == 0

    def test_asks_few_questions(self, citizen: ApiClient, manager: ApiClient, database: Database) -> None:
        url = issue_poster(manager)["url"]
        citizen.post(PATH, {"scanned": url})

        with asked_statements(database) as statements:
            citizen.post(PATH, {"scanned": url})

        assert len(statements) == 5  # the caller, the code, the shop with its hours and tags


class TestResolveShopScanRefuses:
    def test_a_code_that_was_revoked(self, citizen: ApiClient, manager: ApiClient) -> None:
        poster = issue_poster(manager)
        manager.post(f"/v1/shop/posters/{poster['id']}/revocation", {"reason": "盗難"})

        response = citizen.post(PATH, {"scanned": poster["url"]})

        assert (response.status_code, response.get_json()["code"]) == (409, "shop_code_revoked")

    def test_a_shop_that_is_suspended(
        self, citizen: ApiClient, manager: ApiClient, database: Database
    ) -> None:
        url = issue_poster(manager)["url"]
        database.run(lambda session: session.execute(update(Shop).values(status="suspended")))

        assert citizen.post(PATH, {"scanned": url}).get_json()["code"] == "shop_not_active"

    @on_sqlite
    @pytest.mark.parametrize(
        ("scanned", "status", "code"),
        [
            ("nonsense", 422, "shop_code_unreadable"),
            ("4829153076124", 422, "shop_code_unreadable"),
            ("4829153076123", 404, "shop_code_unknown"),
            ("https://evil.example/s/4829153076123", 422, "shop_code_foreign"),
            (STICKER, 404, "sticker_unknown"),
            (f"{STICKER[:-4]}0000", 422, "merchant_code_damaged"),
            ("x" * 513, 422, "fields_invalid"),
            (5, 422, "fields_invalid"),
        ],
    )
    def test_what_names_no_shop(self, citizen: ApiClient, scanned: Any, status: int, code: str) -> None:
        response = citizen.post(PATH, {"scanned": scanned})

        assert (response.status_code, response.get_json()["code"]) == (status, code)

    @on_sqlite
    def test_telling_the_place_of_what_is_wrong_in_a_sticker(self, citizen: ApiClient) -> None:
        broken = seal(replaced(jpqr(), "26", "0019jp.or.paymentsjapan0199123"))

        problem = citizen.post(PATH, {"scanned": broken}, headers={"Accept-Language": "en"}).get_json()

        assert problem["code"] == "merchant_code_malformed"
        assert "character 40" in problem["detail"]
        assert "26.01" in problem["detail"]

    @on_sqlite
    def test_whoever_is_no_citizen(self, nobody: ApiClient, clerk: ApiClient, city: ApiClient) -> None:
        statuses = [caller.post(PATH, {"scanned": "x"}).status_code for caller in (nobody, clerk, city)]

        assert statuses == [401, 403, 403]

    @on_sqlite
    def test_guessing_after_a_while(self, make_app: Any, settings: Any, world: World) -> None:
        caller = ApiClient(make_app(replace(settings, scan_refusals=2)), world.citizen.token)

        statuses = [caller.post(PATH, {"scanned": "4829153076123"}).status_code for _ in range(3)]

        assert statuses == [404, 404, 429]
