"""POST /v1/shop/webhooks/{webhook_id}/pause. What it keeps back, tests/notices/webhooks shows."""

from tests.factories.webhooks import PATH, register_webhook
from tests.support.client import ApiClient


class TestPauseWebhook:
    def test_says_so(self, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}/pause"

        response = manager.post(path)

        assert (response.status_code, response.get_json()["status"]) == (200, "paused")

    def test_changes_nothing_the_second_time(self, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}/pause"

        assert manager.post(path).get_json() == manager.post(path).get_json()

    def test_is_for_managers(self, clerk: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}/pause"

        assert clerk.post(path).status_code == 403
