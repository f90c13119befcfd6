"""GET /v1/city/offers."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.offers.service.offers import hold_offer
from tests.factories.offers import make_draft, make_offer
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def offer_ids(database: Database, world: World, at: datetime) -> list[str]:
    """One held and one published, besides a draft."""

    def work(session: Session) -> list[uuid.UUID]:
        make_draft(session, shop_id=world.shop_id, at=at)
        held, published = (make_offer(session, shop_id=world.shop_id, at=at).id for _ in range(2))
        hold_offer(session, offer_id=held, reason="確認中", at=at)
        return [held, published]

    return [str(offer_id) for offer_id in database.run(work)]


def ids(caller: ApiClient, query: str = "") -> list[str]:
    return [offer["id"] for offer in caller.get(f"/v1/city/offers{query}").get_json()["items"]]


class TestListOffers:
    def test_shows_all_but_drafts_newest_first(self, city: ApiClient, offer_ids: list[str]) -> None:
        assert ids(city) == offer_ids[::-1]

    def test_finds_one_status(self, city: ApiClient, offer_ids: list[str]) -> None:
        assert ids(city, "?status=held") == offer_ids[:1]

    def test_goes_on_where_the_page_before_ended(self, city: ApiClient, offer_ids: list[str]) -> None:
        cursor = city.get("/v1/city/offers?limit=1").get_json()["next_cursor"]

        assert ids(city, f"?limit=1&cursor={cursor}") == offer_ids[:1]

    def test_has_no_drafts_to_ask_for(self, city: ApiClient) -> None:
        assert city.get("/v1/city/offers?status=draft").status_code == 422

    def test_is_for_officers(self, approver: ApiClient) -> None:
        assert approver.get("/v1/city/offers").status_code == 403
