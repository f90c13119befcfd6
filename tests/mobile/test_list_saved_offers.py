"""GET /v1/me/saved-offers."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy.orm import Session
from time_machine import Traveller

from backend.base.database import Database
from backend.offers.service.offers import end_offer
from tests.factories.offers import make_offer
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def saved(
    citizen: ApiClient, database: Database, world: World, at: datetime, clock: Traveller
) -> list[uuid.UUID]:
    """Two, one a minute after the other."""

    def work(session: Session) -> list[uuid.UUID]:
        return [make_offer(session, shop_id=world.shop_id, at=at).id for _ in range(2)]

    offer_ids = database.run(work)
    for offer_id in offer_ids:
        citizen.put(f"/v1/me/saved-offers/{offer_id}")
        clock.shift(60)
    return offer_ids


class TestListSavedOffers:
    def test_puts_the_last_saved_first(self, citizen: ApiClient, saved: list[uuid.UUID]) -> None:
        items = citizen.get("/v1/me/saved-offers").get_json()["items"]

        assert [offer["id"] for offer in items] == [str(offer_id) for offer_id in reversed(saved)]
        assert [offer["is_saved"] for offer in items] == [True, True]

    def test_leaves_out_what_is_not_shown_any_more(
        self, citizen: ApiClient, database: Database, world: World, saved: list[uuid.UUID], at: datetime
    ) -> None:
        database.run(
            lambda session: end_offer(session, offer_id=saved[0], shop_ids=[world.shop_id], at=at).id
        )

        items = citizen.get("/v1/me/saved-offers").get_json()["items"]

        assert [offer["id"] for offer in items] == [str(saved[1])]

    def test_goes_on_where_the_page_before_ended(self, citizen: ApiClient, saved: list[uuid.UUID]) -> None:
        first = citizen.get("/v1/me/saved-offers?limit=1").get_json()

        second = citizen.get(f"/v1/me/saved-offers?limit=1&cursor={first['next_cursor']}").get_json()

        assert [offer["id"] for offer in second["items"]] == [str(saved[0])]
