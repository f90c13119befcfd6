"""PUT /v1/city/shops/{shop_id}/class: what campaigns pay by."""

import uuid
from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

LARGE = {"size_class": "large", "is_locally_owned": False}


class TestClassifyShop:
    def test_is_what_the_shop_and_citizens_see_next(
        self, city: ApiClient, nobody: ApiClient, world: World
    ) -> None:
        response = city.put(f"/v1/city/shops/{world.shop_id}/class", LARGE)

        shop = nobody.get(f"/v1/shops/{world.shop_id}").get_json()
        assert response.status_code == 200
        assert (shop["size_class"], shop["is_locally_owned"]) == ("large", False)

    @pytest.mark.parametrize("body", [{"size_class": "large"}, LARGE | {"size_class": "huge"}])
    def test_needs_both_in_known_words(self, city: ApiClient, world: World, body: dict[str, str]) -> None:
        assert city.put(f"/v1/city/shops/{world.shop_id}/class", body).status_code == 422

    def test_leaves_an_ended_shop_as_it_was(self, city: ApiClient, database: Database, at: datetime) -> None:
        shop_id = database.run(lambda session: make_shop(session, at=at, status="closed").id)

        assert city.put(f"/v1/city/shops/{shop_id}/class", LARGE).status_code == 409

    def test_knows_no_shop_that_is_not_there(self, city: ApiClient) -> None:
        assert city.put(f"/v1/city/shops/{uuid.uuid4()}/class", LARGE).status_code == 404

    def test_is_for_officers(self, approver: ApiClient, world: World) -> None:
        assert approver.put(f"/v1/city/shops/{world.shop_id}/class", LARGE).status_code == 403
