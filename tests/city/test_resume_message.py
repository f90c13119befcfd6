"""POST /v1/city/messages/{id}/resume: it goes on."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.messages import REASON, begin, made, made_scheduled, refusal
from tests.support.client import ApiClient


class TestResumeMessage:
    def test_lets_a_stopped_message_go_on(
        self, city: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        path = made_scheduled(city, approver)
        begin(database, path, at)
        made(city.post(f"{path}/stop", REASON))

        assert city.post(f"{path}/resume").get_json()["status"] == "sending"

    def test_is_for_what_is_stopped(
        self, city: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        path = made_scheduled(city, approver)
        begin(database, path, at)

        assert refusal(city.post(f"{path}/resume")) == (409, "message_not_stopped")
