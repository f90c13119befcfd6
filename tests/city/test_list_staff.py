"""GET /v1/city/staff."""

from tests.factories.world import World
from tests.support.client import ApiClient


class TestListStaff:
    def test_shows_everybody_with_all_their_roles(self, city: ApiClient, world: World) -> None:
        items = city.get("/v1/city/staff").get_json()["items"]

        roles = {item["id"]: {(role["role"], role["shop_id"]) for role in item["roles"]} for item in items}
        assert roles == {
            str(world.city.id): {("administrator", None), ("officer", None), ("counter", None)},
            str(world.approver.id): {("approver", None)},
            str(world.clerk.id): {("clerk", str(world.shop_id))},
            str(world.manager.id): {("manager", str(world.shop_id))},
        }

    def test_comes_in_pages(self, city: ApiClient, world: World) -> None:
        first = city.get("/v1/city/staff?limit=3").get_json()

        second = city.get(f"/v1/city/staff?limit=3&cursor={first['next_cursor']}").get_json()

        assert (len(first["items"]), len(second["items"])) == (3, 1)
        assert second["next_cursor"] is None

    def test_is_an_administrators_to_see(self, approver: ApiClient, manager: ApiClient) -> None:
        assert [caller.get("/v1/city/staff").status_code for caller in (approver, manager)] == [403, 403]
