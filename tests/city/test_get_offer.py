"""GET /v1/city/offers/{offer_id}."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.offers import make_draft, make_offer
from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetOffer:
    def test_tells_whose_it_is_and_where_it_is_good(
        self, city: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        offer_id = database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at).id)

        offer = city.get(f"/v1/city/offers/{offer_id}").get_json()

        assert offer["shop"] == {"id": str(world.shop_id), "name": "麦と汽笛"}
        assert (offer["shop_ids"], offer["state"]) == ([str(world.shop_id)], "running")

    def test_knows_no_draft(self, city: ApiClient, database: Database, world: World, at: datetime) -> None:
        offer_id = database.run(lambda session: make_draft(session, shop_id=world.shop_id, at=at).id)

        response = city.get(f"/v1/city/offers/{offer_id}")

        assert (response.status_code, response.get_json()["code"]) == (404, "offer_not_found")
