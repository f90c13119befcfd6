"""GET /v1/shop/serial-batches/{batch_id}."""

import uuid
from datetime import datetime

from backend.base.database import Database
from tests.factories.serials import SHOP_PATH, make_batch
from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetOwnSerialBatch:
    def test_tells_what_was_given(
        self, clerk: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        batch_id = database.run(lambda session: make_batch(session, shop_id=world.shop_id, at=at).id)

        batch = clerk.get(f"{SHOP_PATH}/{batch_id}").get_json()

        assert (batch["quantity"], batch["price_yen"], batch["claimed_count"]) == (3, 580, 0)

    def test_knows_no_other_batch(self, clerk: ApiClient) -> None:
        response = clerk.get(f"{SHOP_PATH}/{uuid.uuid4()}")

        assert (response.status_code, response.get_json()["code"]) == (404, "serial_batch_not_found")
