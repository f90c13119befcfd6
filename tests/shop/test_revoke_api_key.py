"""DELETE /v1/shop/registers/{api_key_id}."""

from datetime import datetime

from backend.base.database import Database
from backend.base.pages import PageRequest
from backend.organisations.register_queries import list_api_keys
from tests.factories.organisations import make_register_key, make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/registers"


class TestRevokeApiKey:
    def test_shuts_the_register_out_at_once(self, manager: ApiClient, register: ApiClient) -> None:
        key_id = manager.get(PATH).get_json()["items"][0]["id"]

        response = manager.delete(f"{PATH}/{key_id}")

        assert response.status_code == 204
        assert register.get("/v1/shop/shop").status_code == 401

    def test_is_not_there_the_second_time(self, manager: ApiClient) -> None:
        key_id = manager.get(PATH).get_json()["items"][0]["id"]
        manager.delete(f"{PATH}/{key_id}")

        assert manager.delete(f"{PATH}/{key_id}").status_code == 404

    def test_knows_no_register_of_another_shop(
        self, manager: ApiClient, database: Database, at: datetime, world: World
    ) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)
        database.run(lambda session: make_register_key(session, shop_id=other_id, at=at))
        keys = database.run(
            lambda session: list_api_keys(session, shop_id=other_id, at=at, page=PageRequest())
        )

        response = manager.delete(f"{PATH}/{keys.items[0].id}")

        assert (response.status_code, response.get_json()["code"]) == (404, "api_key_not_found")

    def test_is_for_managers(self, clerk: ApiClient, manager: ApiClient) -> None:
        key_id = manager.get(PATH).get_json()["items"][0]["id"]

        assert clerk.delete(f"{PATH}/{key_id}").status_code == 403
