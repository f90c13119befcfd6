"""DELETE /v1/shop/webhooks/{webhook_id}."""

from backend.base.database import Database
from tests.factories.webhooks import PATH, list_rows, register_webhook, send_test
from tests.support.client import ApiClient


class TestRemoveWebhook:
    def test_forgets_it_and_what_waited_for_it(self, manager: ApiClient, database: Database) -> None:
        webhook = register_webhook(manager)
        send_test(manager, webhook)

        response = manager.delete(f"{PATH}/{webhook['id']}")

        assert response.status_code == 204
        assert manager.get(PATH).get_json()["items"] == []
        assert database.run(list_rows) == []

    def test_is_not_there_the_second_time(self, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}"
        manager.delete(path)

        response = manager.delete(path)

        assert (response.status_code, response.get_json()["code"]) == (404, "webhook_not_found")

    def test_is_for_managers(self, clerk: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}"

        assert clerk.delete(path).status_code == 403
