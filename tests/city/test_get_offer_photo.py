"""GET /v1/city/offers/{offer_id}/photo."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.offers.service.offers import hold_offer
from tests.factories.offers import make_draft, make_offer, make_photo
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def pictured(database: Database, world: World, at: datetime) -> Callable[..., uuid.UUID]:
    """An offer of that factory, with a photo."""

    def make(factory: Callable[..., Any]) -> uuid.UUID:
        def work(session: Session) -> uuid.UUID:
            offer = factory(session, shop_id=world.shop_id, at=at)
            make_photo(session, offer=offer, at=at)
            offer_id: uuid.UUID = offer.id
            return offer_id

        return database.run(work)

    return make


class TestGetOfferPhoto:
    def test_shows_what_the_city_holds(
        self, city: ApiClient, database: Database, pictured: Callable[..., uuid.UUID], at: datetime
    ) -> None:
        offer_id = pictured(make_offer)
        database.run(lambda session: hold_offer(session, offer_id=offer_id, reason="確認中", at=at).id)

        response = city.get(f"/v1/city/offers/{offer_id}/photo")

        assert (response.status_code, response.mimetype) == (200, "image/jpeg")

    def test_shows_no_draft(self, city: ApiClient, pictured: Callable[..., uuid.UUID]) -> None:
        assert city.get(f"/v1/city/offers/{pictured(make_draft)}/photo").status_code == 404

    def test_is_for_officers(self, approver: ApiClient, pictured: Callable[..., uuid.UUID]) -> None:
        assert approver.get(f"/v1/city/offers/{pictured(make_offer)}/photo").status_code == 403
