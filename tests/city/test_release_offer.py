"""POST /v1/city/offers/{offer_id}/release."""

import uuid
from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.offers import make_offer
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def offer_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at).id)


class TestReleaseOffer:
    def test_lets_it_go_on(self, city: ApiClient, nobody: ApiClient, offer_id: uuid.UUID) -> None:
        city.post(f"/v1/city/offers/{offer_id}/hold", {"reason": "確認中"})

        offer = city.post(f"/v1/city/offers/{offer_id}/release").get_json()

        assert (offer["status"], offer["status_reason"]) == ("published", None)
        assert nobody.get(f"/v1/offers/{offer_id}").status_code == 200

    def test_is_refused_for_what_is_not_held(self, city: ApiClient, offer_id: uuid.UUID) -> None:
        response = city.post(f"/v1/city/offers/{offer_id}/release")

        assert (response.status_code, response.get_json()["code"]) == (409, "offer_transition_refused")

    def test_is_for_officers(self, approver: ApiClient, offer_id: uuid.UUID) -> None:
        assert approver.post(f"/v1/city/offers/{offer_id}/release").status_code == 403
