"""PUT /v1/me/saved-offers/{offer_id}."""

import uuid
from datetime import datetime

from backend.base.database import Database
from tests.factories.offers import make_draft, make_offer
from tests.factories.world import World
from tests.support.client import ApiClient


class TestSaveOffer:
    def test_saves_once_however_often(
        self, citizen: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        offer_id = database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at).id)

        answered = [citizen.put(f"/v1/me/saved-offers/{offer_id}").status_code for _ in range(2)]

        saved = citizen.get("/v1/me/saved-offers").get_json()["items"]
        assert (answered, [offer["id"] for offer in saved]) == ([204, 204], [str(offer_id)])

    def test_knows_no_draft(self, citizen: ApiClient, database: Database, world: World, at: datetime) -> None:
        offer_id = database.run(lambda session: make_draft(session, shop_id=world.shop_id, at=at).id)

        assert citizen.put(f"/v1/me/saved-offers/{offer_id}").status_code == 404

    def test_knows_nothing_that_is_not_there(self, citizen: ApiClient) -> None:
        response = citizen.put(f"/v1/me/saved-offers/{uuid.UUID(int=7)}")

        assert (response.status_code, response.get_json()["code"]) == (404, "offer_not_found")
