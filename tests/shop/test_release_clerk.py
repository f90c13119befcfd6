"""DELETE /v1/shop/staff/{staff_id}."""

import uuid

import pytest

from tests.factories.world import World
from tests.support.client import ApiClient


class TestReleaseClerk:
    def test_takes_the_role_at_once(self, manager: ApiClient, clerk: ApiClient, world: World) -> None:
        response = manager.delete(f"/v1/shop/staff/{world.clerk.id}")

        assert response.status_code == 204
        assert clerk.post("/v1/shop/codes", {"amount_yen": 300}).status_code == 403

    @pytest.mark.parametrize("who", ["manager", "city", "stranger"])
    def test_finds_clerks_of_the_managers_shops_only(
        self, manager: ApiClient, world: World, who: str
    ) -> None:
        ids = {"manager": world.manager.id, "city": world.city.id, "stranger": uuid.uuid4()}

        response = manager.delete(f"/v1/shop/staff/{ids[who]}")

        assert response.get_json()["code"] == "staff_not_found"
