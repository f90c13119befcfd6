"""POST /v1/city/serial-batches/{batch_id}/revocation."""

import uuid
from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.purchases import OTHER_KEY
from tests.factories.serials import CITY_PATH, SHOP_PATH, claim_serial, digits_of, make_batch
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def batch_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_batch(session, shop_id=world.shop_id, at=at).id)


class TestRevokeSerialBatch:
    def test_ends_what_was_not_claimed_and_leaves_what_was(
        self, city: ApiClient, citizen: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        batch = database.run(lambda session: make_batch(session, shop_id=world.shop_id, at=at))
        digits = database.run(lambda session: digits_of(session, batch))
        claim = claim_serial(citizen, digits[0]).get_json()

        response = city.post(f"{CITY_PATH}/{batch.id}/revocation", {"reason": "束が盗まれた"})

        assert response.status_code == 200
        revoked = response.get_json()
        assert (revoked["revoked_reason"], revoked["revoked_by_staff_id"]) == (
            "束が盗まれた",
            str(world.city.id),
        )
        assert claim_serial(citizen, digits[1], OTHER_KEY).get_json()["code"] == "serial_batch_revoked"
        assert citizen.get(f"/v1/claims/{claim['id']}").get_json()["status"] == "accepted"

    def test_is_told_to_the_producer_who_prints_no_more(
        self, city: ApiClient, manager: ApiClient, batch_id: uuid.UUID
    ) -> None:
        city.post(f"{CITY_PATH}/{batch_id}/revocation", {"reason": "束が盗まれた"})

        assert manager.get(f"{SHOP_PATH}/{batch_id}").get_json()["revoked_reason"] == "束が盗まれた"
        response = manager.get(f"{SHOP_PATH}/{batch_id}/labels")
        assert (response.status_code, response.get_json()["code"]) == (409, "serial_batch_revoked")

    def test_happens_once(self, city: ApiClient, batch_id: uuid.UUID) -> None:
        path = f"{CITY_PATH}/{batch_id}/revocation"
        city.post(path, {"reason": "束が盗まれた"})

        assert city.post(path, {"reason": "別"}).get_json()["code"] == "serial_batch_revoked"

    def test_wants_a_reason(self, city: ApiClient, batch_id: uuid.UUID) -> None:
        path = f"{CITY_PATH}/{batch_id}/revocation"

        codes = [city.post(path, body).get_json()["code"] for body in ({}, {"reason": " "})]

        assert codes == ["fields_invalid", "reason_blank"]

    def test_knows_no_other_batch(self, city: ApiClient) -> None:
        response = city.post(f"{CITY_PATH}/{uuid.uuid4()}/revocation", {"reason": "x"})

        assert (response.status_code, response.get_json()["code"]) == (404, "serial_batch_not_found")

    def test_is_for_officers(self, approver: ApiClient, manager: ApiClient, batch_id: uuid.UUID) -> None:
        path = f"{CITY_PATH}/{batch_id}/revocation"

        assert [caller.post(path, {"reason": "x"}).status_code for caller in (approver, manager)] == [403] * 2
