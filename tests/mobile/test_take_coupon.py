"""POST /v1/offers/{offer_id}/coupons."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from time_machine import Traveller

from backend.base.database import Database
from backend.offers.models import Offer
from backend.offers.service.offers import hold_offer
from tests.factories.offers import list_for_members, make_draft, make_offer
from tests.factories.world import World
from tests.support.client import ApiClient

Offered = Callable[..., uuid.UUID]


@pytest.fixture
def offered(database: Database, world: World, at: datetime) -> Offered:
    def make(**draft: Any) -> uuid.UUID:
        return database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at, **draft).id)

    return make


class TestTakeCoupon:
    def test_gives_one_use(self, citizen: ApiClient, offered: Offered) -> None:
        offer_id = offered()

        response = citizen.post(f"/v1/offers/{offer_id}/coupons")

        coupon = response.get_json()
        assert response.status_code == 201
        assert (coupon["offer"]["id"], coupon["state"]) == (str(offer_id), "usable")
        assert (coupon["usable_until"], coupon["redeemed_at"]) == ("2026-07-15T03:00:00+00:00", None)

    def test_takes_it_out_of_the_stock(
        self, citizen: ApiClient, offered: Offered, database: Database
    ) -> None:
        offer_id = offered(stock=5)

        citizen.post(f"/v1/offers/{offer_id}/coupons")

        assert database.run(lambda session: session.get_one(Offer, offer_id).stock_left) == 4

    def test_is_refused_when_the_last_one_is_gone(
        self, citizen: ApiClient, neighbour: ApiClient, offered: Offered
    ) -> None:
        offer_id = offered(stock=1)
        neighbour.post(f"/v1/offers/{offer_id}/coupons")

        response = citizen.post(f"/v1/offers/{offer_id}/coupons")

        assert (response.status_code, response.get_json()["code"]) == (409, "offer_sold_out")

    def test_is_refused_beyond_what_one_person_may_take(
        self, citizen: ApiClient, offered: Offered, database: Database
    ) -> None:
        offer_id = offered(stock=5, per_person_limit=2)
        taken = [citizen.post(f"/v1/offers/{offer_id}/coupons").status_code for _ in range(2)]

        response = citizen.post(f"/v1/offers/{offer_id}/coupons")

        assert (taken, response.get_json()["code"]) == ([201, 201], "coupon_limit_reached")
        assert database.run(lambda session: session.get_one(Offer, offer_id).stock_left) == 3

    @pytest.mark.parametrize("seconds", [-86_401, 7 * 86_400])
    def test_knows_only_what_is_shown_now(
        self, citizen: ApiClient, offered: Offered, clock: Traveller, seconds: int
    ) -> None:
        offer_id = offered()
        clock.shift(seconds)

        assert citizen.post(f"/v1/offers/{offer_id}/coupons").status_code == 404

    def test_knows_no_draft(self, citizen: ApiClient, database: Database, world: World, at: datetime) -> None:
        offer_id = database.run(lambda session: make_draft(session, shop_id=world.shop_id, at=at).id)

        assert citizen.post(f"/v1/offers/{offer_id}/coupons").status_code == 404

    def test_knows_nothing_that_is_held(
        self, citizen: ApiClient, offered: Offered, database: Database, at: datetime
    ) -> None:
        offer_id = offered()
        database.run(lambda session: hold_offer(session, offer_id=offer_id, reason="確認中", at=at).id)

        assert citizen.post(f"/v1/offers/{offer_id}/coupons").status_code == 404

    def test_knows_nothing_that_is_for_members_of_a_list_one_is_not_on(
        self, citizen: ApiClient, offered: Offered, database: Database
    ) -> None:
        offer_id = offered()
        database.run(lambda session: list_for_members(session, offer_id=offer_id))

        assert citizen.post(f"/v1/offers/{offer_id}/coupons").status_code == 404

    def test_is_for_citizens(self, clerk: ApiClient, nobody: ApiClient, offered: Offered) -> None:
        path = f"/v1/offers/{offered()}/coupons"

        assert (clerk.post(path).status_code, nobody.post(path).status_code) == (403, 401)
