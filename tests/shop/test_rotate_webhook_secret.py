"""POST /v1/shop/webhooks/{webhook_id}/secrets. That both secrets sign for a day, tests/jobs/test_webhooks.py shows."""

from sqlalchemy import select

from backend.base.database import Database
from backend.notices.webhooks.models import Webhook
from backend.web.ground import Ground
from tests.factories.webhooks import PATH, register_webhook
from tests.support.client import ApiClient


class TestRotateWebhookSecret:
    def test_answers_a_new_one_and_until_when_the_old_one_signs(self, manager: ApiClient) -> None:
        webhook = register_webhook(manager)

        response = manager.post(f"{PATH}/{webhook['id']}/secrets")

        answer = response.get_json()
        assert response.status_code == 201
        assert answer["secret"].startswith("whsec_")
        assert answer["secret"] != webhook["secret"]
        assert answer["webhook"]["previous_secret_until"].startswith("2026-06-16T03:00:00")

    def test_keeps_the_newest_and_the_one_before(
        self, manager: ApiClient, database: Database, ground: Ground
    ) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}/secrets"
        secrets = [manager.post(path).get_json()["secret"].encode() for _ in range(2)]

        sealed = database.run(
            lambda session: session.execute(
                select(Webhook.previous_secret_sealed, Webhook.secret_sealed)
            ).one()
        )

        assert [ground.vault.open(each) for each in sealed] == secrets

    def test_is_for_managers(self, clerk: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}/secrets"

        assert clerk.post(path).status_code == 403
