"""DELETE /v1/shop/offers/{offer_id}/photo."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.offers import make_draft, make_photo
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def offer_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    def work(session: Session) -> uuid.UUID:
        offer = make_draft(session, shop_id=world.shop_id, at=at)
        make_photo(session, offer=offer, at=at)
        return offer.id

    return database.run(work)


class TestDeleteOfferPhoto:
    def test_takes_it_away(self, manager: ApiClient, offer_id: uuid.UUID) -> None:
        response = manager.delete(f"/v1/shop/offers/{offer_id}/photo")

        assert response.status_code == 204
        assert manager.get(f"/v1/shop/offers/{offer_id}").get_json()["photo_path"] is None

    def test_is_refused_where_there_is_none(self, manager: ApiClient, offer_id: uuid.UUID) -> None:
        manager.delete(f"/v1/shop/offers/{offer_id}/photo")

        response = manager.delete(f"/v1/shop/offers/{offer_id}/photo")

        assert (response.status_code, response.get_json()["code"]) == (404, "offer_photo_not_found")

    def test_is_for_managers(self, clerk: ApiClient, offer_id: uuid.UUID) -> None:
        assert clerk.delete(f"/v1/shop/offers/{offer_id}/photo").status_code == 403
