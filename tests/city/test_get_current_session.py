"""GET /v1/city/sessions/current."""

from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetCurrentSession:
    def test_tells_who_i_am_and_what_i_may(self, city: ApiClient, world: World) -> None:
        current = city.get("/v1/city/sessions/current").get_json()

        assert current["staff_id"] == str(world.city.id)
        assert {role["role"] for role in current["roles"]} == {"administrator", "officer", "counter"}

    def test_wants_a_member_of_staff(self, citizen: ApiClient, nobody: ApiClient) -> None:
        assert citizen.get("/v1/city/sessions/current").status_code == 403
        assert nobody.get("/v1/city/sessions/current").status_code == 401
