"""POST /v1/shop/products: a local product more."""

from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/products"
OYSTER: dict[str, Any] = {
    "name_ja": "牡蠣",
    "origin_municipality_code": "016624",
    "in_store_code": "0201007005801",
    "price_yen": 580,
}


class TestAddProduct:
    def test_answers_the_product_with_its_origin_ring(self, manager: ApiClient, world: World) -> None:
        response = manager.post(PATH, OYSTER)

        product = response.get_json()
        assert response.status_code == 201
        assert (product["shop_id"], product["origin_ring"]) == (str(world.shop_id), "kushiro_area")

    def test_is_what_citizens_find_next(self, manager: ApiClient, nobody: ApiClient) -> None:
        product_id = manager.post(PATH, OYSTER).get_json()["id"]

        products = nobody.get("/v1/products?ring=kushiro_area").get_json()["items"]

        assert [product["id"] for product in products] == [product_id]

    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"in_store_code": None}, "gtin", "product_code_missing"),
            ({"gtin": "4901234567895"}, "gtin", "gtin_invalid"),
            ({"gtin": "0201007005801"}, "gtin", "gtin_in_store"),
            ({"in_store_code": "0201007005802"}, "in_store_code", "in_store_code_invalid"),
            (
                {"origin_municipality_code": "016625"},
                "origin_municipality_code",
                "municipality_code_invalid",
            ),
            ({"name_ja": "\u200b"}, "name_ja", "name_blank"),
            ({"price_yen": 0}, "price_yen", "fields_invalid"),
            ({"price_yen": 10**30}, "price_yen", "fields_invalid"),
            ({"origin_ring": "city"}, "origin_ring", "fields_invalid"),
            ({"category": "gold"}, "category", "fields_invalid"),
            ({"category": None}, "category", "fields_invalid"),
            ({"certifications": ["x" * 41]}, "certifications.0", "fields_invalid"),
            ({"certifications": ["jas"] * 11}, "certifications", "fields_invalid"),
            ({"certifications": ["jas", "a b"]}, "certifications.1", "certification_invalid"),
        ],
    )
    def test_refuses_a_field_and_names_it(
        self, manager: ApiClient, changes: dict[str, Any], field: str, code: str
    ) -> None:
        response = manager.post(PATH, OYSTER | changes)

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, code)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_is_of_no_category_unless_told(self, manager: ApiClient) -> None:
        product = manager.post(PATH, OYSTER).get_json()

        assert (product["category"], product["certifications"]) == ("other", [])

    def test_keeps_category_and_certifications(self, manager: ApiClient) -> None:
        told = {"category": "fish", "certifications": ["釧路ブランド", "ＪＡＳ", "jas"]}

        product = manager.post(PATH, OYSTER | told).get_json()

        assert (product["category"], product["certifications"]) == ("fish", ["jas", "釧路ブランド"])

    def test_refuses_a_code_twice(self, manager: ApiClient) -> None:
        manager.post(PATH, OYSTER)

        response = manager.post(PATH, OYSTER)

        assert (response.status_code, response.get_json()["code"]) == (409, "product_code_taken")

    def test_knows_no_other_shop(
        self, manager: ApiClient, database: Database, at: datetime, world: World
    ) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)

        assert manager.post(PATH, OYSTER | {"shop_id": str(other_id)}).status_code == 404

    def test_is_for_managers(self, clerk: ApiClient, register: ApiClient) -> None:
        assert clerk.post(PATH, OYSTER).status_code == 403
        assert register.post(PATH, OYSTER).status_code == 403
