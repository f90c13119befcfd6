"""GET /v1/shop/staff."""

from backend.base.database import Database
from backend.people.principals import RoleAssignment
from backend.people.service.staff import invite_staff
from tests.conftest import NOW
from tests.factories.organisations import make_shop
from tests.factories.people import make_staff
from tests.factories.world import World
from tests.support.client import ApiClient


class TestListStaff:
    def test_shows_the_managers_own_shop_only(
        self, manager: ApiClient, world: World, database: Database
    ) -> None:
        other = database.run(lambda session: make_shop(session, at=NOW, name_ja="霧笛堂").id)
        database.run(
            lambda session: make_staff(session, at=NOW, face="shop", roles=("clerk",), shop_id=other)
        )

        items = manager.get("/v1/shop/staff").get_json()["items"]

        assert {item["id"] for item in items} == {str(world.clerk.id), str(world.manager.id)}

    def test_shows_nobodys_roles_elsewhere(
        self, manager: ApiClient, world: World, database: Database
    ) -> None:
        other = database.run(lambda session: make_shop(session, at=NOW, name_ja="霧笛堂").id)
        email = f"{world.clerk.id}@example.jp"
        roles = [RoleAssignment("manager", other), RoleAssignment("counter", None)]
        database.run(
            lambda session: invite_staff(
                session, email=email, display_name="係", language="ja", roles=roles, at=NOW
            )
        )

        items = manager.get("/v1/shop/staff").get_json()["items"]

        roles_seen = {role["role"] for item in items if item["email"] == email for role in item["roles"]}
        assert roles_seen == {"clerk"}

    def test_comes_in_pages(self, manager: ApiClient, world: World) -> None:
        first = manager.get("/v1/shop/staff?limit=1").get_json()

        second = manager.get(f"/v1/shop/staff?limit=1&cursor={first['next_cursor']}").get_json()

        assert [page["items"][0]["id"] for page in (first, second)] == [
            str(world.clerk.id),
            str(world.manager.id),
        ]
        assert second["next_cursor"] is None
