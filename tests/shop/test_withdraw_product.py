"""DELETE /v1/shop/products/{product_id}."""

import uuid
from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_product, make_shop
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def product_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_product(session, shop_id=world.shop_id, at=at).id)


class TestWithdrawProduct:
    def test_is_found_no_more(self, manager: ApiClient, nobody: ApiClient, product_id: uuid.UUID) -> None:
        response = manager.delete(f"/v1/shop/products/{product_id}")

        assert response.status_code == 204
        assert nobody.get("/v1/products").get_json()["items"] == []

    def test_is_not_there_the_second_time(self, manager: ApiClient, product_id: uuid.UUID) -> None:
        manager.delete(f"/v1/shop/products/{product_id}")

        assert manager.delete(f"/v1/shop/products/{product_id}").status_code == 404

    def test_knows_no_product_of_another_shop(
        self, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        other_id = database.run(
            lambda session: make_product(session, shop_id=make_shop(session, at=at).id, at=at).id
        )

        assert manager.delete(f"/v1/shop/products/{other_id}").status_code == 404

    def test_is_for_managers(self, clerk: ApiClient, product_id: uuid.UUID) -> None:
        assert clerk.delete(f"/v1/shop/products/{product_id}").status_code == 403
