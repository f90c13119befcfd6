"""GET /v1/offers/{offer_id}/photo."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.offers.service.offers import end_offer, hold_offer
from tests.factories.offers import DAY, make_draft, make_offer, make_photo
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def offer_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    def work(session: Session) -> uuid.UUID:
        offer = make_offer(session, shop_id=world.shop_id, at=at)
        make_photo(session, offer=offer, at=at)
        return offer.id

    return database.run(work)


class TestGetOfferPhoto:
    def test_is_for_everybody_and_may_be_cached(self, nobody: ApiClient, offer_id: uuid.UUID) -> None:
        response = nobody.get(f"/v1/offers/{offer_id}/photo")

        assert (response.status_code, response.mimetype) == (200, "image/jpeg")
        assert response.headers["Cache-Control"] == "public, max-age=300"
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    def test_is_not_sent_again_to_who_has_it(self, nobody: ApiClient, offer_id: uuid.UUID) -> None:
        etag = nobody.get(f"/v1/offers/{offer_id}/photo").headers["ETag"]

        response = nobody.get(f"/v1/offers/{offer_id}/photo", headers={"If-None-Match": etag})

        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == etag

    def test_stays_for_those_who_hold_a_coupon_of_what_has_ended(
        self, nobody: ApiClient, database: Database, world: World, offer_id: uuid.UUID, at: datetime
    ) -> None:
        database.run(
            lambda session: end_offer(session, offer_id=offer_id, shop_ids=[world.shop_id], at=at).id
        )

        assert nobody.get(f"/v1/offers/{offer_id}/photo").status_code == 200

    def test_is_hidden_with_an_offer_that_is_held(
        self, nobody: ApiClient, database: Database, offer_id: uuid.UUID, at: datetime
    ) -> None:
        database.run(lambda session: hold_offer(session, offer_id=offer_id, reason="確認中", at=at).id)

        response = nobody.get(f"/v1/offers/{offer_id}/photo")

        assert (response.status_code, response.get_json()["code"]) == (404, "offer_photo_not_found")

    @pytest.mark.parametrize("begins", [DAY, timedelta(seconds=1)])
    def test_is_hidden_until_the_offer_is_shown(
        self, nobody: ApiClient, database: Database, world: World, at: datetime, begins: timedelta
    ) -> None:
        def work(session: Session) -> uuid.UUID:
            offer = make_offer(session, shop_id=world.shop_id, at=at, displayed_from=at + begins)
            make_photo(session, offer=offer, at=at)
            return offer.id

        offer_id = database.run(work)

        assert nobody.get(f"/v1/offers/{offer_id}/photo").status_code == 404

    def test_is_hidden_with_a_draft_that_was_given_up(
        self, nobody: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        def work(session: Session) -> uuid.UUID:
            offer = make_draft(session, shop_id=world.shop_id, at=at)
            make_photo(session, offer=offer, at=at)
            return end_offer(session, offer_id=offer.id, shop_ids=[world.shop_id], at=at).id

        offer_id = database.run(work)

        assert nobody.get(f"/v1/offers/{offer_id}/photo").status_code == 404
