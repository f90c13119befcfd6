"""POST /v1/shop/webhooks/{webhook_id}/tests."""

from backend.base.database import Database
from tests.factories.webhooks import PATH, register_webhook, told
from tests.factories.world import World
from tests.support.client import ApiClient

TESTS_A_QUARTER_OF_AN_HOUR = 30


class TestSendTestEvent:
    def test_queues_an_event_that_says_nothing_else(
        self, manager: ApiClient, database: Database, world: World
    ) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}/tests"

        response = manager.post(path)

        delivery = response.get_json()
        [event] = database.run(told)
        assert (response.status_code, delivery["status"], delivery["attempts"]) == (201, "waiting", 0)
        assert event == {
            "id": delivery["event_id"],
            "type": "test",
            "timestamp": "2026-06-15T03:00:00Z",
            "shop_id": str(world.shop_id),
            "data": {},
        }

    def test_needs_an_active_one(self, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}"
        manager.post(f"{path}/pause")

        response = manager.post(f"{path}/tests")

        assert (response.status_code, response.get_json()["code"]) == (409, "webhook_not_active")

    def test_is_limited(self, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}/tests"

        statuses = [manager.post(path).status_code for _ in range(TESTS_A_QUARTER_OF_AN_HOUR + 1)]

        assert statuses == [201] * TESTS_A_QUARTER_OF_AN_HOUR + [429]

    def test_is_for_managers(self, clerk: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}/tests"

        assert clerk.post(path).status_code == 403
