"""GET /v1/shop/registers."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.organisations import make_register_key, make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/registers"


class TestListApiKeys:
    def test_tells_registers_apart_by_their_keys_beginnings(self, manager: ApiClient, world: World) -> None:
        registers = manager.get(PATH).get_json()["items"]

        assert [(register["name"], register["prefix"]) for register in registers] == [
            ("レジ1", world.register_key[:12])
        ]

    def test_leaves_out_those_of_other_shops(
        self, manager: ApiClient, database: Database, at: datetime, world: World
    ) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)
        database.run(lambda session: make_register_key(session, shop_id=other_id, at=at))

        registers = manager.get(PATH).get_json()["items"]

        assert [register["shop_id"] for register in registers] == [str(world.shop_id)]

    def test_is_for_managers(self, clerk: ApiClient) -> None:
        assert clerk.get(PATH).status_code == 403
