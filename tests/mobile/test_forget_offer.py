"""DELETE /v1/me/saved-offers/{offer_id}."""

import uuid
from datetime import datetime

from backend.base.database import Database
from tests.factories.offers import make_offer
from tests.factories.world import World
from tests.support.client import ApiClient


class TestForgetOffer:
    def test_forgets_only_mine(
        self, citizen: ApiClient, neighbour: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        offer_id = database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at).id)
        for caller in (citizen, neighbour):
            caller.put(f"/v1/me/saved-offers/{offer_id}")

        response = citizen.delete(f"/v1/me/saved-offers/{offer_id}")

        counts = [
            len(caller.get("/v1/me/saved-offers").get_json()["items"]) for caller in (citizen, neighbour)
        ]
        assert (response.status_code, counts) == (204, [0, 1])

    def test_minds_nothing_that_was_not_saved(self, citizen: ApiClient) -> None:
        assert citizen.delete(f"/v1/me/saved-offers/{uuid.UUID(int=7)}").status_code == 204
