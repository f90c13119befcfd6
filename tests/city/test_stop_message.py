"""POST /v1/city/messages/{id}/stop: nobody else is told for now."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.messages import REASON, begin, in_city, made_scheduled, made_shop_scheduled, refusal
from tests.factories.sendings import make_reader
from tests.support.client import ApiClient


class TestStopMessage:
    def test_stops_what_is_being_sent(
        self, city: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        path = made_scheduled(city, approver)
        begin(database, path, at)

        assert city.post(f"{path}/stop", REASON).get_json()["status"] == "stopped"

    def test_is_for_approvers_too_and_for_what_shops_send(
        self, manager: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_reader(session, at=at))
        path = made_shop_scheduled(manager, approver)
        begin(database, path, at)

        assert approver.post(f"{in_city(path)}/stop", REASON).get_json()["status"] == "stopped"

    def test_is_for_what_is_being_sent(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_scheduled(city, approver)

        assert refusal(city.post(f"{path}/stop", REASON)) == (409, "message_not_sending")
