"""POST /v1/me/coupons/{coupon_id}/tokens."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from time_machine import Traveller

from backend.base.database import Database
from backend.base.secrets import hash_token
from backend.offers.models import Coupon
from backend.offers.service.offers import hold_offer, remove_offer
from tests.factories.offers import DAY, make_coupon, make_offer
from tests.factories.world import World
from tests.support.client import ApiClient

Taken = Callable[..., uuid.UUID]


@pytest.fixture
def taken(database: Database, world: World, at: datetime) -> Taken:
    """A coupon of the citizen's."""

    def make(**draft: Any) -> uuid.UUID:
        def work(session: Session) -> uuid.UUID:
            offer = make_offer(session, shop_id=world.shop_id, at=at, **draft)
            return make_coupon(session, offer_id=offer.id, citizen=world.citizen, at=at).id

        return database.run(work)

    return make


class TestIssueCouponToken:
    def test_gives_digits_for_three_minutes(self, citizen: ApiClient, taken: Taken) -> None:
        response = citizen.post(f"/v1/me/coupons/{taken()}/tokens")

        token = response.get_json()
        assert response.status_code == 201
        assert token["text"].replace(" ", "") == token["token"]
        assert (len(token["token"]), token["expires_at"]) == (13, "2026-06-15T03:03:00+00:00")

    def test_keeps_only_its_hash(self, citizen: ApiClient, database: Database, taken: Taken) -> None:
        token = citizen.post(f"/v1/me/coupons/{taken()}/tokens").get_json()["token"]

        kept = database.run(lambda session: session.scalars(select(Coupon.token_hash)).all())
        assert kept == [hash_token(token)]

    def test_lasts_no_longer_than_the_coupon(
        self, citizen: ApiClient, taken: Taken, clock: Traveller
    ) -> None:
        coupon_id = taken()
        clock.shift(30 * 86_400 - 60)

        token = citizen.post(f"/v1/me/coupons/{coupon_id}/tokens").get_json()

        assert token["expires_at"] == "2026-07-15T03:00:00+00:00"

    def test_is_refused_for_a_used_coupon(
        self, citizen: ApiClient, database: Database, taken: Taken, at: datetime
    ) -> None:
        coupon_id = taken()
        used = {"redeemed_at": at, "purchase_id": uuid.UUID(int=5)}
        database.run(lambda session: session.execute(update(Coupon).values(**used)) and None)

        response = citizen.post(f"/v1/me/coupons/{coupon_id}/tokens")

        assert (response.status_code, response.get_json()["code"]) == (409, "coupon_used")

    def test_is_refused_after_the_end(
        self, citizen: ApiClient, taken: Taken, clock: Traveller, at: datetime
    ) -> None:
        coupon_id = taken(usable_until=at + 9 * DAY)
        clock.shift(9 * DAY)

        assert citizen.post(f"/v1/me/coupons/{coupon_id}/tokens").get_json()["code"] == "coupon_expired"

    def test_is_refused_before_the_offer_is_good(
        self, citizen: ApiClient, taken: Taken, at: datetime
    ) -> None:
        response = citizen.post(f"/v1/me/coupons/{taken(usable_from=at + DAY)}/tokens")

        assert response.get_json()["code"] == "offer_not_usable_yet"

    @pytest.mark.parametrize(
        ("decide", "code"), [(hold_offer, "offer_held"), (remove_offer, "offer_removed")]
    )
    def test_is_refused_when_the_city_steps_in(
        self,
        citizen: ApiClient,
        database: Database,
        taken: Taken,
        at: datetime,
        decide: Callable[..., Any],
        code: str,
    ) -> None:
        coupon_id = taken()
        database.run(
            lambda session: (
                decide(
                    session, offer_id=session.get_one(Coupon, coupon_id).offer_id, reason="確認中", at=at
                ).id
            )
        )

        assert citizen.post(f"/v1/me/coupons/{coupon_id}/tokens").get_json()["code"] == code
