"""GET /v1/shop/offers/{offer_id}/photo."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.offers import make_draft, make_photo
from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetOwnOfferPhoto:
    def test_shows_that_of_a_draft_to_the_shop_alone(
        self, clerk: ApiClient, nobody: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        def work(session: Session) -> uuid.UUID:
            offer = make_draft(session, shop_id=world.shop_id, at=at)
            make_photo(session, offer=offer, at=at)
            return offer.id

        offer_id = database.run(work)

        response = clerk.get(f"/v1/shop/offers/{offer_id}/photo")

        assert (response.status_code, response.headers["Cache-Control"]) == (200, "private, no-cache")
        assert nobody.get(f"/v1/shop/offers/{offer_id}/photo").status_code == 401

    def test_is_missing_where_there_is_none(
        self, clerk: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        offer_id = database.run(lambda session: make_draft(session, shop_id=world.shop_id, at=at).id)

        response = clerk.get(f"/v1/shop/offers/{offer_id}/photo")

        assert (response.status_code, response.get_json()["code"]) == (404, "offer_photo_not_found")
