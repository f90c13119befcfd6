"""POST /v1/shop/webhooks/{webhook_id}/deliveries/{event_id}/replay."""

import uuid

import pytest

from backend.base.database import Database
from backend.base.posting import PostOutcome
from backend.jobs.webhooks import send_webhooks
from backend.web.ground import Ground
from tests.factories.webhooks import PATH, RememberingPoster, register_webhook, send_test
from tests.support.client import ApiClient


class TestReplayWebhookDelivery:
    @pytest.mark.parametrize("status", [200, 500])
    def test_sends_it_again_at_once(
        self, manager: ApiClient, database: Database, ground: Ground, status: int
    ) -> None:
        webhook = register_webhook(manager)
        event_id = send_test(manager, webhook)
        poster = RememberingPoster(PostOutcome(status=status))
        send_webhooks(database, poster, ground.vault)

        response = manager.post(f"{PATH}/{webhook['id']}/deliveries/{event_id}/replay")
        send_webhooks(database, poster, ground.vault)

        delivery = response.get_json()
        assert response.status_code == 200
        assert (delivery["status"], delivery["attempts"], delivery["settled_at"]) == ("waiting", 0, None)
        assert [headers["webhook-id"] for _, _, headers in poster.posted] == [event_id] * 2

    def test_needs_an_active_one(self, manager: ApiClient) -> None:
        webhook = register_webhook(manager)
        event_id = send_test(manager, webhook)
        manager.post(f"{PATH}/{webhook['id']}/pause")

        response = manager.post(f"{PATH}/{webhook['id']}/deliveries/{event_id}/replay")

        assert (response.status_code, response.get_json()["code"]) == (409, "webhook_not_active")

    def test_knows_no_event_of_another_webhook(self, manager: ApiClient) -> None:
        event_id = send_test(manager, register_webhook(manager))
        other = register_webhook(manager)

        response = manager.post(f"{PATH}/{other['id']}/deliveries/{event_id}/replay")

        assert (response.status_code, response.get_json()["code"]) == (404, "webhook_delivery_not_found")

    def test_is_for_managers(self, clerk: ApiClient, manager: ApiClient) -> None:
        webhook = register_webhook(manager)

        response = clerk.post(f"{PATH}/{webhook['id']}/deliveries/{uuid.uuid4()}/replay")

        assert response.status_code == 403
