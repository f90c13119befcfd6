"""PATCH /v1/shop/products/{product_id}."""

import uuid
from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_product, make_shop
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def product_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    return database.run(
        lambda session: make_product(session, shop_id=world.shop_id, at=at, in_store_code="101").id
    )


class TestEditProduct:
    def test_changes_what_it_is_told(self, manager: ApiClient, product_id: uuid.UUID) -> None:
        product = manager.patch(f"/v1/shop/products/{product_id}", {"price_yen": 620}).get_json()

        assert (product["price_yen"], product["in_store_code"]) == (620, "101")

    def test_empties_with_null(self, manager: ApiClient, product_id: uuid.UUID) -> None:
        changes = {"gtin": "4901234567894", "in_store_code": None}

        product = manager.patch(f"/v1/shop/products/{product_id}", changes).get_json()

        assert (product["gtin"], product["in_store_code"]) == ("4901234567894", None)

    def test_changes_category_and_certifications(self, manager: ApiClient, product_id: uuid.UUID) -> None:
        changes = {"category": "dairy", "certifications": ["organic-jas"]}

        product = manager.patch(f"/v1/shop/products/{product_id}", changes).get_json()

        assert (product["category"], product["certifications"]) == ("dairy", ["organic-jas"])

    @pytest.mark.parametrize("field", ["category", "certifications"])
    def test_empties_neither_of_them_with_null(
        self, manager: ApiClient, product_id: uuid.UUID, field: str
    ) -> None:
        response = manager.patch(f"/v1/shop/products/{product_id}", {field: None})

        problem = response.get_json()
        assert (response.status_code, problem["errors"][0]["field"]) == (422, field)

    def test_knows_no_product_of_another_shop(
        self, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        other_id = database.run(
            lambda session: make_product(session, shop_id=make_shop(session, at=at).id, at=at).id
        )

        response = manager.patch(f"/v1/shop/products/{other_id}", {"price_yen": 1})

        assert (response.status_code, response.get_json()["code"]) == (404, "product_not_found")

    def test_is_for_managers(self, clerk: ApiClient, product_id: uuid.UUID) -> None:
        assert clerk.patch(f"/v1/shop/products/{product_id}", {"price_yen": 1}).status_code == 403
