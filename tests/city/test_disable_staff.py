"""DELETE /v1/city/staff/{staff_id}."""

from backend.base.database import Database
from tests.city.test_invite_staff import INVITATION
from tests.factories.world import World
from tests.support.client import ApiClient


class TestDisableStaff:
    def test_ends_everything_at_once(self, city: ApiClient, clerk: ApiClient, world: World) -> None:
        response = city.delete(f"/v1/city/staff/{world.clerk.id}")

        assert response.status_code == 204
        assert clerk.get("/v1/shop/sessions").status_code == 401
        listed = city.get("/v1/city/staff").get_json()["items"]
        assert str(world.clerk.id) not in {item["id"] for item in listed}

    def test_is_another_administrators_to_do(self, city: ApiClient, world: World) -> None:
        assert city.delete(f"/v1/city/staff/{world.city.id}").status_code == 409

    def test_gives_no_old_role_back_when_invited_again(
        self, city: ApiClient, world: World, database: Database
    ) -> None:
        city.delete(f"/v1/city/staff/{world.approver.id}")

        city.post("/v1/city/staff", INVITATION | {"email": f"{world.approver.id}@example.jp"})

        listed = city.get("/v1/city/staff").get_json()["items"]
        again = next(item for item in listed if item["id"] == str(world.approver.id))
        assert again["roles"] == [{"role": "counter", "shop_id": None}]
        assert again["is_invited"] is True
