"""POST /v1/shop/messages/{id}/stop: nobody else is told for now."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.messages import REASON, begin, made_shop_draft, made_shop_scheduled, refusal
from tests.factories.sendings import make_reader
from tests.support.client import ApiClient


class TestStopOwnMessage:
    def test_stops_what_is_being_sent(
        self, manager: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_reader(session, at=at))
        path = made_shop_scheduled(manager, approver)
        begin(database, path, at)

        assert manager.post(f"{path}/stop", REASON).get_json()["status"] == "stopped"

    def test_is_for_what_is_being_sent(self, manager: ApiClient) -> None:
        path = made_shop_draft(manager)

        assert refusal(manager.post(f"{path}/stop", REASON)) == (409, "message_not_sending")
