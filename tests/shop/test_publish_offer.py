"""POST /v1/shop/offers/{offer_id}/publication."""

import uuid
from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.offers import DAY, make_draft
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def draft_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_draft(session, shop_id=world.shop_id, at=at).id)


class TestPublishOffer:
    def test_shows_it_to_citizens(self, manager: ApiClient, nobody: ApiClient, draft_id: uuid.UUID) -> None:
        offer = manager.post(f"/v1/shop/offers/{draft_id}/publication").get_json()

        assert (offer["status"], offer["state"]) == ("published", "running")
        assert nobody.get(f"/v1/offers/{draft_id}").status_code == 200

    def test_waits_for_its_display_window(
        self, manager: ApiClient, nobody: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        draft_id = database.run(
            lambda session: make_draft(session, shop_id=world.shop_id, at=at, displayed_from=at + DAY).id
        )

        offer = manager.post(f"/v1/shop/offers/{draft_id}/publication").get_json()

        assert offer["state"] == "scheduled"
        assert nobody.get(f"/v1/offers/{draft_id}").status_code == 404

    def test_happens_once(self, manager: ApiClient, draft_id: uuid.UUID) -> None:
        manager.post(f"/v1/shop/offers/{draft_id}/publication")

        response = manager.post(f"/v1/shop/offers/{draft_id}/publication")

        assert (response.status_code, response.get_json()["code"]) == (409, "offer_transition_refused")

    def test_is_for_managers(self, clerk: ApiClient, draft_id: uuid.UUID) -> None:
        assert clerk.post(f"/v1/shop/offers/{draft_id}/publication").status_code == 403
