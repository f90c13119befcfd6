"""POST /v1/shop/webhooks/{webhook_id}/resume. One that was disabled: tests/notices/webhooks/test_delivering.py."""

from tests.factories.webhooks import PATH, register_webhook
from tests.support.client import ApiClient


class TestResumeWebhook:
    def test_lets_it_be_told_again(self, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}"
        manager.post(f"{path}/pause")

        response = manager.post(f"{path}/resume")

        assert (response.status_code, response.get_json()["status"]) == (200, "active")
        assert manager.post(f"{path}/tests").status_code == 201

    def test_is_for_managers(self, clerk: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}/resume"

        assert clerk.post(path).status_code == 403
