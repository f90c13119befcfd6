"""GET /v1/shop/webhooks/{webhook_id}/deliveries."""

from backend.base.database import Database
from backend.base.posting import PostOutcome
from backend.jobs.webhooks import send_webhooks
from backend.web.ground import Ground
from tests.factories.purchases import buy
from tests.factories.webhooks import PATH, RememberingPoster, register_webhook, send_test
from tests.support.client import ApiClient


class TestListWebhookDeliveries:
    def test_tells_how_each_was_answered_newest_first(
        self,
        manager: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        ground: Ground,
    ) -> None:
        webhook = register_webhook(manager)
        buy(citizen, clerk)
        send_webhooks(database, RememberingPoster(PostOutcome(status=503)), ground.vault)
        send_test(manager, webhook)
        send_webhooks(database, RememberingPoster(PostOutcome(failure="timed_out")), ground.vault)

        test, purchase = manager.get(f"{PATH}/{webhook['id']}/deliveries").get_json()["items"]

        assert (test["event_type"], test["status"], test["failure"]) == ("test", "failed", "timed_out")
        assert test["next_attempt_at"] is None
        assert test["settled_at"] is not None
        assert (purchase["event_type"], purchase["status"]) == ("purchase.recorded", "waiting")
        assert (purchase["attempts"], purchase["answer_status"]) == (1, 503)
        assert purchase["next_attempt_at"] > "2026-06-15T03:00:29"

    def test_finds_those_of_a_status(self, manager: ApiClient, database: Database, ground: Ground) -> None:
        webhook = register_webhook(manager)
        accepted = send_test(manager, webhook)
        send_webhooks(database, RememberingPoster(), ground.vault)
        waiting = send_test(manager, webhook)
        path = f"{PATH}/{webhook['id']}/deliveries"

        found = {
            status: [each["event_id"] for each in manager.get(f"{path}?status={status}").get_json()["items"]]
            for status in ("accepted", "waiting", "failed")
        }

        assert found == {"accepted": [accepted], "waiting": [waiting], "failed": []}

    def test_goes_page_by_page(self, manager: ApiClient) -> None:
        webhook = register_webhook(manager)
        ids = [send_test(manager, webhook) for _ in range(3)]
        path = f"{PATH}/{webhook['id']}/deliveries?limit=2"

        first = manager.get(path).get_json()
        second = manager.get(f"{path}&cursor={first['next_cursor']}").get_json()

        assert [each["event_id"] for each in first["items"] + second["items"]] == ids[::-1]

    def test_knows_no_other_status(self, manager: ApiClient) -> None:
        webhook = register_webhook(manager)

        assert manager.get(f"{PATH}/{webhook['id']}/deliveries?status=lost").status_code == 422

    def test_is_for_managers(self, clerk: ApiClient, manager: ApiClient) -> None:
        webhook = register_webhook(manager)

        assert clerk.get(f"{PATH}/{webhook['id']}/deliveries").status_code == 403
