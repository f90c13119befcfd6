"""POST /v1/city/serial-batches."""

import uuid
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update

from backend.base.database import Database
from backend.organisations.models import Shop
from tests.factories.organisations import make_product
from tests.factories.serials import CITY_PATH
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def product_id(database: Database, world: World, at: datetime) -> str:
    return str(
        database.run(lambda session: make_product(session, shop_id=world.shop_id, at=at, price_yen=580).id)
    )


def wanted(product_id: str, **changes: Any) -> dict[str, Any]:
    return {"product_id": product_id, "quantity": 30, "valid_until": "2026-12-31T15:00:00Z"} | changes


class TestIssueSerialBatch:
    def test_gives_the_producer_so_many_numbers(
        self, city: ApiClient, manager: ApiClient, product_id: str, world: World
    ) -> None:
        response = city.post(CITY_PATH, wanted(product_id))

        assert response.status_code == 201
        batch = response.get_json()
        assert (batch["quantity"], batch["claimed_count"], batch["price_yen"]) == (30, 0, 580)
        assert (batch["shop_id"], batch["issued_by_staff_id"]) == (str(world.shop_id), str(world.city.id))
        (own,) = manager.get("/v1/shop/serial-batches").get_json()["items"]
        assert (own["id"], own["sheets"]) == (batch["id"], 2)

    def test_tells_the_city_none_of_the_numbers(self, city: ApiClient, product_id: str) -> None:
        batch = city.post(CITY_PATH, wanted(product_id)).get_json()

        assert not {"serials", "digits", "codes", "salt"} & set(batch)

    @pytest.mark.parametrize("quantity", [0, -1, 481, 10**30, True, "5"])
    def test_bounds_how_many(self, city: ApiClient, product_id: str, quantity: Any) -> None:
        response = city.post(CITY_PATH, wanted(product_id, quantity=quantity))

        assert (response.status_code, response.get_json()["code"]) == (422, "fields_invalid")

    def test_wants_an_end_to_come(self, city: ApiClient, product_id: str) -> None:
        response = city.post(CITY_PATH, wanted(product_id, valid_until="2026-06-15T03:00:00Z"))

        assert (response.status_code, response.get_json()["code"]) == (422, "serial_period_invalid")

    def test_knows_no_other_product(self, city: ApiClient) -> None:
        response = city.post(CITY_PATH, wanted(str(uuid.uuid4())))

        assert (response.status_code, response.get_json()["code"]) == (404, "product_not_found")

    def test_gives_none_to_a_shop_that_has_closed(
        self, city: ApiClient, product_id: str, database: Database
    ) -> None:
        database.run(lambda session: session.execute(update(Shop).values(status="closed")))

        assert city.post(CITY_PATH, wanted(product_id)).get_json()["code"] == "shop_ended"

    def test_is_for_officers(self, approver: ApiClient, manager: ApiClient, product_id: str) -> None:
        statuses = [caller.post(CITY_PATH, wanted(product_id)).status_code for caller in (approver, manager)]

        assert statuses == [403, 403]
