"""POST /v1/shop/offers/{offer_id}/end."""

import uuid
from datetime import datetime

import pytest

from backend.base.database import Database
from backend.offers.service.offers import hold_offer
from tests.factories.offers import make_offer
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def offer_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at).id)


class TestEndOffer:
    def test_lets_nobody_take_it_any_more(
        self, manager: ApiClient, citizen: ApiClient, offer_id: uuid.UUID
    ) -> None:
        offer = manager.post(f"/v1/shop/offers/{offer_id}/end").get_json()

        assert (offer["status"], offer["ended_at"]) == ("ended", "2026-06-15T03:00:00+00:00")
        assert citizen.post(f"/v1/offers/{offer_id}/coupons").status_code == 404

    def test_leaves_coupons_good_that_were_taken(
        self, manager: ApiClient, citizen: ApiClient, offer_id: uuid.UUID
    ) -> None:
        coupon_id = citizen.post(f"/v1/offers/{offer_id}/coupons").get_json()["id"]

        manager.post(f"/v1/shop/offers/{offer_id}/end")

        assert citizen.post(f"/v1/me/coupons/{coupon_id}/tokens").status_code == 201

    def test_is_refused_while_the_city_holds_it(
        self, manager: ApiClient, database: Database, offer_id: uuid.UUID, at: datetime
    ) -> None:
        database.run(lambda session: hold_offer(session, offer_id=offer_id, reason="確認中", at=at).id)

        response = manager.post(f"/v1/shop/offers/{offer_id}/end")

        assert (response.status_code, response.get_json()["code"]) == (409, "offer_transition_refused")

    def test_is_for_managers(self, clerk: ApiClient, offer_id: uuid.UUID) -> None:
        assert clerk.post(f"/v1/shop/offers/{offer_id}/end").status_code == 403
