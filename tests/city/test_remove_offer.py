"""POST /v1/city/offers/{offer_id}/removal."""

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


class TestRemoveOffer:
    def test_takes_it_away_for_good(self, city: ApiClient, nobody: ApiClient, offer_id: uuid.UUID) -> None:
        offer = city.post(f"/v1/city/offers/{offer_id}/removal", {"reason": "上限超過"}).get_json()

        assert (offer["status"], offer["ended_at"]) == ("removed", "2026-06-15T03:00:00+00:00")
        assert nobody.get(f"/v1/offers/{offer_id}").status_code == 404
        assert city.post(f"/v1/city/offers/{offer_id}/release").status_code == 409

    def test_takes_its_coupons_with_it(
        self, city: ApiClient, citizen: ApiClient, offer_id: uuid.UUID
    ) -> None:
        citizen.post(f"/v1/offers/{offer_id}/coupons")

        city.post(f"/v1/city/offers/{offer_id}/removal", {"reason": "上限超過"})

        assert citizen.get("/v1/me/coupons").get_json()["items"][0]["state"] == "removed"

    def test_needs_a_reason(self, city: ApiClient, offer_id: uuid.UUID) -> None:
        response = city.post(f"/v1/city/offers/{offer_id}/removal", {"reason": " "})

        assert response.get_json()["code"] == "reason_required"

    def test_is_for_officers(self, approver: ApiClient, offer_id: uuid.UUID) -> None:
        response = approver.post(f"/v1/city/offers/{offer_id}/removal", {"reason": "上限超過"})

        assert response.status_code == 403
