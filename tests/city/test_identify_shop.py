"""PUT /v1/city/shops/{shop_id}/identifiers: what the shop's receipts bear."""

import uuid
from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PRINTED = {"registration_number": "T8700110005901", "phone": "0154-22-1234"}


class TestIdentifyShop:
    def test_is_what_the_shop_sees_next(self, city: ApiClient, manager: ApiClient, world: World) -> None:
        response = city.put(f"/v1/city/shops/{world.shop_id}/identifiers", PRINTED)

        shop = manager.get("/v1/shop/shop").get_json()
        assert response.status_code == 200
        assert (shop["registration_number"], shop["phone"]) == ("8700110005901", "+81154221234")

    def test_empties_what_was_wrong(self, city: ApiClient, world: World) -> None:
        path = f"/v1/city/shops/{world.shop_id}/identifiers"
        city.put(path, PRINTED)

        shop = city.put(path, {"registration_number": None, "phone": None}).get_json()

        assert (shop["registration_number"], shop["phone"]) == (None, None)

    def test_takes_a_sole_proprietors_number_which_nobody_can_check(
        self, city: ApiClient, world: World
    ) -> None:
        body = PRINTED | {"registration_number": "T1234567890123"}

        shop = city.put(f"/v1/city/shops/{world.shop_id}/identifiers", body).get_json()

        assert shop["registration_number"] == "1234567890123"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"registration_number": "T123"}, "registration_number_invalid"),
            ({"phone": "12"}, "shop_phone_malformed"),
        ],
    )
    def test_refuses_what_is_none(
        self, city: ApiClient, world: World, change: dict[str, Any], code: str
    ) -> None:
        response = city.put(f"/v1/city/shops/{world.shop_id}/identifiers", PRINTED | change)

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, code)
        assert [error["field"] for error in problem["errors"]] == list(change)

    def test_leaves_an_ended_shop_as_it_was(self, city: ApiClient, database: Database, at: datetime) -> None:
        shop_id = database.run(lambda session: make_shop(session, at=at, status="closed").id)

        assert city.put(f"/v1/city/shops/{shop_id}/identifiers", PRINTED).status_code == 409

    def test_knows_no_shop_that_is_not_there(self, city: ApiClient) -> None:
        assert city.put(f"/v1/city/shops/{uuid.uuid4()}/identifiers", PRINTED).status_code == 404

    def test_is_for_officers(self, approver: ApiClient, world: World) -> None:
        assert approver.put(f"/v1/city/shops/{world.shop_id}/identifiers", PRINTED).status_code == 403
