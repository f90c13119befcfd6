"""GET /v1/me/coupons."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from time_machine import Traveller

from backend.base.database import Database
from backend.offers.models import Coupon
from backend.offers.service.offers import edit_offer, hold_offer
from tests.factories.offers import DAY, make_coupon, make_offer
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements


@pytest.fixture
def offer_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    """With a coupon of the citizen's."""

    def work(session: Session) -> uuid.UUID:
        offer = make_offer(
            session, shop_id=world.shop_id, at=at, per_person_limit=9, usable_until=at + 9 * DAY
        )
        make_coupon(session, offer_id=offer.id, citizen=world.citizen, at=at)
        return offer.id

    return database.run(work)


def states(caller: ApiClient, query: str = "") -> list[str]:
    return [coupon["state"] for coupon in caller.get(f"/v1/me/coupons{query}").get_json()["items"]]


class TestListCoupons:
    def test_shows_mine_and_nobody_elses(
        self, citizen: ApiClient, neighbour: ApiClient, offer_id: uuid.UUID
    ) -> None:
        assert (states(citizen), states(neighbour)) == (["usable"], [])

    def test_tells_that_one_is_used(
        self, citizen: ApiClient, database: Database, offer_id: uuid.UUID, at: datetime
    ) -> None:
        used = {"redeemed_at": at, "purchase_id": uuid.UUID(int=5)}
        database.run(lambda session: session.execute(update(Coupon).values(**used)) and None)

        coupon = citizen.get("/v1/me/coupons").get_json()["items"][0]

        assert (coupon["state"], coupon["purchase_id"]) == ("used", str(uuid.UUID(int=5)))
        assert states(citizen, "?only_usable=true") == []

    def test_tells_that_one_is_over(self, citizen: ApiClient, offer_id: uuid.UUID, clock: Traveller) -> None:
        clock.shift(9 * DAY)

        assert states(citizen) == ["expired"]
        assert states(citizen, "?only_usable=true") == []

    def test_tells_that_the_city_holds_its_offer(
        self, citizen: ApiClient, database: Database, offer_id: uuid.UUID, at: datetime
    ) -> None:
        database.run(lambda session: hold_offer(session, offer_id=offer_id, reason="確認中", at=at).id)

        assert states(citizen) == ["held"]

    def test_follows_an_offer_whose_end_is_put_off(
        self, citizen: ApiClient, database: Database, world: World, offer_id: uuid.UUID, at: datetime
    ) -> None:
        later = {"usable_until": at + 60 * DAY}
        database.run(
            lambda session: (
                edit_offer(session, offer_id=offer_id, shop_ids=[world.shop_id], changes=later, at=at).id
            )
        )

        coupon = citizen.get("/v1/me/coupons?only_usable=true").get_json()["items"][0]

        assert coupon["usable_until"] == "2026-08-14T03:00:00+00:00"

    def test_goes_on_where_the_page_before_ended(
        self, citizen: ApiClient, database: Database, world: World, offer_id: uuid.UUID, at: datetime
    ) -> None:
        database.run(lambda session: make_coupon(session, offer_id=offer_id, citizen=world.citizen, at=at).id)
        first = citizen.get("/v1/me/coupons?limit=1").get_json()

        second = citizen.get(f"/v1/me/coupons?limit=1&cursor={first['next_cursor']}").get_json()

        assert first["items"][0]["id"] > second["items"][0]["id"]
        assert second["next_cursor"] is None

    def test_takes_one_statement_besides_who_asks(
        self, citizen: ApiClient, database: Database, offer_id: uuid.UUID
    ) -> None:
        with asked_statements(database) as statements:
            citizen.get("/v1/me/coupons")

        assert len(statements) == 2
