"""GET /v1/shop/offers."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.offers import make_draft, make_offer
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements


@pytest.fixture
def offer_ids(database: Database, world: World, at: datetime) -> list[str]:
    """A draft and a published one, besides one of another shop."""

    def work(session: Session) -> list[uuid.UUID]:
        make_offer(session, shop_id=make_shop(session, at=at, name_ja="よその店").id, at=at)
        draft = make_draft(session, shop_id=world.shop_id, at=at)
        return [draft.id, make_offer(session, shop_id=world.shop_id, at=at).id]

    return [str(offer_id) for offer_id in database.run(work)]


def ids(caller: ApiClient, query: str = "") -> list[str]:
    return [offer["id"] for offer in caller.get(f"/v1/shop/offers{query}").get_json()["items"]]


class TestListOwnOffers:
    def test_shows_mine_newest_first(self, clerk: ApiClient, offer_ids: list[str]) -> None:
        assert ids(clerk) == offer_ids[::-1]

    def test_finds_one_status(self, clerk: ApiClient, offer_ids: list[str]) -> None:
        assert ids(clerk, "?status=draft") == offer_ids[:1]

    def test_goes_on_where_the_page_before_ended(self, clerk: ApiClient, offer_ids: list[str]) -> None:
        cursor = clerk.get("/v1/shop/offers?limit=1").get_json()["next_cursor"]

        assert ids(clerk, f"?limit=1&cursor={cursor}") == offer_ids[:1]

    def test_knows_no_offers_of_another_shop(self, clerk: ApiClient) -> None:
        response = clerk.get(f"/v1/shop/offers?shop_id={uuid.UUID(int=7)}")

        assert (response.status_code, response.get_json()["code"]) == (404, "shop_not_found")

    def test_takes_as_many_statements_for_one_as_for_many(
        self, register: ApiClient, database: Database, offer_ids: list[str]
    ) -> None:
        register.get("/v1/shop/offers")  # notes that the key is in use

        with asked_statements(database) as for_one:
            register.get("/v1/shop/offers?limit=1")
        with asked_statements(database) as for_many:
            register.get("/v1/shop/offers")

        assert len(for_many) == len(for_one)
