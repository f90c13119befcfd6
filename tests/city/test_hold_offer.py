"""POST /v1/city/offers/{offer_id}/hold."""

import uuid
from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.offers import make_offer
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def offer_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at).id)


class TestHoldOffer:
    def test_hides_it_and_tells_the_shop_why(
        self, city: ApiClient, nobody: ApiClient, manager: ApiClient, offer_id: uuid.UUID
    ) -> None:
        offer = city.post(f"/v1/city/offers/{offer_id}/hold", {"reason": "産地を確認中"}).get_json()

        assert (offer["status"], offer["status_reason"]) == ("held", "産地を確認中")
        assert nobody.get(f"/v1/offers/{offer_id}").status_code == 404
        assert manager.get(f"/v1/shop/offers/{offer_id}").get_json()["status_reason"] == "産地を確認中"

    @pytest.mark.parametrize(
        ("reason", "code"), [(" ", "reason_required"), ("", "fields_invalid"), (None, "fields_invalid")]
    )
    def test_needs_a_reason(
        self, city: ApiClient, offer_id: uuid.UUID, reason: str | None, code: str
    ) -> None:
        response = city.post(f"/v1/city/offers/{offer_id}/hold", {"reason": reason})

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, code)
        assert problem["errors"][0]["field"] == "reason"

    def test_is_refused_for_what_is_held(self, city: ApiClient, offer_id: uuid.UUID) -> None:
        city.post(f"/v1/city/offers/{offer_id}/hold", {"reason": "確認中"})

        response = city.post(f"/v1/city/offers/{offer_id}/hold", {"reason": "確認中"})

        assert (response.status_code, response.get_json()["code"]) == (409, "offer_transition_refused")

    def test_is_for_officers(self, approver: ApiClient, manager: ApiClient, offer_id: uuid.UUID) -> None:
        body = {"reason": "確認中"}

        answered = [
            caller.post(f"/v1/city/offers/{offer_id}/hold", body).status_code
            for caller in (approver, manager)
        ]

        assert answered == [403, 403]
