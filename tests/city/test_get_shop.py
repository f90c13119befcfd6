"""GET /v1/city/shops/{shop_id}: everything a shop told."""

import uuid
from datetime import datetime

from backend.base.database import Database
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetShop:
    def test_shows_whom_to_write_to(self, city: ApiClient, world: World) -> None:
        shop = city.get(f"/v1/city/shops/{world.shop_id}").get_json()

        assert shop["contact_email"] == "shop@example.jp"

    def test_shows_a_shop_of_any_status(self, city: ApiClient, database: Database, at: datetime) -> None:
        shop_id = database.run(lambda session: make_shop(session, at=at, status="closed").id)

        assert city.get(f"/v1/city/shops/{shop_id}").get_json()["status"] == "closed"

    def test_knows_no_shop_that_is_not_there(self, city: ApiClient) -> None:
        assert city.get(f"/v1/city/shops/{uuid.uuid4()}").status_code == 404

    def test_is_for_officers(self, approver: ApiClient, world: World) -> None:
        assert approver.get(f"/v1/city/shops/{world.shop_id}").status_code == 403
