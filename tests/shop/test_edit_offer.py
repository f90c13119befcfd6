"""PATCH /v1/shop/offers/{offer_id}."""

import uuid
from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from tests.factories.offers import make_draft, make_offer
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def draft_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_draft(session, shop_id=world.shop_id, at=at, stock=9).id)


class TestEditOffer:
    def test_changes_what_it_is_told(self, manager: ApiClient, draft_id: uuid.UUID) -> None:
        changes = {"benefit": {"kind": "price", "price_yen": 480}, "stock": 5}

        offer = manager.patch(f"/v1/shop/offers/{draft_id}", changes).get_json()

        assert (offer["benefit"]["kind"], offer["benefit"]["discount_yen"]) == ("price", None)
        assert (offer["stock"], offer["stock_left"], offer["names"]) == (5, 5, {"ja": "秋鮭 50円引き"})

    def test_empties_with_null(self, manager: ApiClient, draft_id: uuid.UUID) -> None:
        offer = manager.patch(f"/v1/shop/offers/{draft_id}", {"stock": None, "descriptions": None}).get_json()

        assert (offer["stock"], offer["stock_left"], offer["descriptions"]) == (None, None, {})

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"benefit": {"kind": "discount", "discount_yen": 40}}, "benefit"),
            ({"stock": 8}, "stock"),
            ({"displayed_until": "2026-06-16T00:00:00+09:00"}, "displayed_until"),
        ],
    )
    def test_leaves_the_conditions_of_a_published_offer(
        self,
        manager: ApiClient,
        database: Database,
        world: World,
        at: datetime,
        changes: dict[str, Any],
        field: str,
    ) -> None:
        offer_id = database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at, stock=9).id)

        response = manager.patch(f"/v1/shop/offers/{offer_id}", changes)

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (409, "offer_conditions_frozen")
        assert problem["errors"][0]["field"] == field

    def test_is_for_managers(self, clerk: ApiClient, draft_id: uuid.UUID) -> None:
        assert clerk.patch(f"/v1/shop/offers/{draft_id}", {"stock": 3}).status_code == 403
