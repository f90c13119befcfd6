"""GET /v1/shop/sessions/current."""

from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetCurrentSession:
    def test_tells_who_i_am_and_what_i_may(self, clerk: ApiClient, world: World) -> None:
        current = clerk.get("/v1/shop/sessions/current").get_json()

        assert current["staff_id"] == str(world.clerk.id)
        assert current["roles"] == [{"role": "clerk", "shop_id": str(world.shop_id)}]

    def test_wants_a_member_of_staff(self, citizen: ApiClient, nobody: ApiClient) -> None:
        assert citizen.get("/v1/shop/sessions/current").status_code == 403
        assert nobody.get("/v1/shop/sessions/current").status_code == 401
