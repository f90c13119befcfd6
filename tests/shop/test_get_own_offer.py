"""GET /v1/shop/offers/{offer_id}."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.offers.service.offers import hold_offer
from backend.organisations.models import Shop
from tests.factories.offers import make_coupon, make_draft, make_offer
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def offer_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at).id)


class TestGetOwnOffer:
    def test_is_for_clerks_and_registers_too(
        self, clerk: ApiClient, register: ApiClient, offer_id: uuid.UUID
    ) -> None:
        answered = [caller.get(f"/v1/shop/offers/{offer_id}").status_code for caller in (clerk, register)]

        assert answered == [200, 200]

    def test_tells_what_became_of_its_coupons(
        self, manager: ApiClient, database: Database, world: World, offer_id: uuid.UUID, at: datetime
    ) -> None:
        def work(session: Session) -> None:
            coupon = make_coupon(session, offer_id=offer_id, citizen=world.citizen, at=at)
            coupon.redeemed_at, coupon.purchase_id = at, uuid.UUID(int=5)
            make_coupon(session, offer_id=offer_id, citizen=world.neighbour, at=at)

        database.run(work)

        offer = manager.get(f"/v1/shop/offers/{offer_id}").get_json()

        assert (offer["taken_count"], offer["redeemed_count"]) == (2, 1)

    def test_tells_why_the_city_holds_it(
        self, manager: ApiClient, database: Database, offer_id: uuid.UUID, at: datetime
    ) -> None:
        database.run(lambda session: hold_offer(session, offer_id=offer_id, reason="産地を確認中", at=at).id)

        offer = manager.get(f"/v1/shop/offers/{offer_id}").get_json()

        assert (offer["state"], offer["status_reason"]) == ("held", "産地を確認中")

    def test_shows_what_a_sister_shop_offers_for_here(
        self, clerk: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        def work(session: Session) -> uuid.UUID:
            sister = make_shop(session, at=at, name_ja="二号店")
            sister.organisation_id = session.get_one(Shop, world.shop_id).organisation_id
            session.flush()
            return make_draft(session, shop_id=sister.id, at=at, shop_ids=[sister.id, world.shop_id]).id

        offer_id = database.run(work)

        assert clerk.get(f"/v1/shop/offers/{offer_id}").status_code == 200
