"""POST /v1/shop/webhooks/{webhook_id}/replays."""

import time_machine

from backend.base.database import Database
from backend.base.posting import PostOutcome
from backend.jobs.webhooks import send_webhooks
from backend.web.ground import Ground
from tests.factories.webhooks import PATH, RememberingPoster, list_rows, register_webhook, send_test
from tests.support.client import ApiClient

NOON = "2026-06-15T12:00:00+09:00"
LATER = "2026-06-15T12:00:01+09:00"


class TestReplayFailedWebhookDeliveries:
    def test_sends_those_again_that_failed_since(
        self,
        manager: ApiClient,
        database: Database,
        ground: Ground,
        clock: time_machine.Traveller,
    ) -> None:
        webhook = register_webhook(manager)
        outcomes = [PostOutcome(status=status) for status in (500, 200, 500)]
        for outcome in outcomes:
            send_test(manager, webhook)
            send_webhooks(database, RememberingPoster(outcome), ground.vault)
            clock.shift(1)

        response = manager.post(f"{PATH}/{webhook['id']}/replays", {"since": LATER})

        assert (response.status_code, response.get_json()) == (200, {"replayed_count": 1})
        assert [row.status for row in database.run(list_rows)] == ["failed", "accepted", "waiting"]

    def test_finds_none_where_nothing_failed(self, manager: ApiClient) -> None:
        webhook = register_webhook(manager)
        send_test(manager, webhook)

        response = manager.post(f"{PATH}/{webhook['id']}/replays", {"since": NOON})

        assert response.get_json() == {"replayed_count": 0}

    def test_needs_an_active_one(self, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}"
        manager.post(f"{path}/pause")

        response = manager.post(f"{path}/replays", {"since": NOON})

        assert (response.status_code, response.get_json()["code"]) == (409, "webhook_not_active")

    def test_wants_a_moment(self, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}"

        assert manager.post(f"{path}/replays", {"since": "yesterday"}).status_code == 422

    def test_is_for_managers(self, clerk: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}"

        assert clerk.post(f"{path}/replays", {"since": NOON}).status_code == 403
