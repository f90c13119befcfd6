"""POST /v1/city/messages/{id}/cancellation: nobody is told, or nobody else."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.messages import REASON, begin, made, made_draft, made_scheduled, refusal
from tests.support.client import ApiClient


class TestCancelMessage:
    def test_gives_up_what_is_not_begun(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_scheduled(city, approver)

        assert city.post(f"{path}/cancellation", REASON).get_json()["status"] == "cancelled"

    def test_is_refused_while_it_is_being_sent(
        self, city: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        path = made_scheduled(city, approver)
        begin(database, path, at)

        assert refusal(city.post(f"{path}/cancellation", REASON)) == (409, "message_not_cancellable")

    def test_of_a_stopped_one_leaves_it_at_those_who_were_told(
        self, city: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        path = made_scheduled(city, approver, send_at=at.isoformat())
        begin(database, path, at)
        made(city.post(f"{path}/stop", REASON))

        ended = city.post(f"{path}/cancellation", REASON).get_json()

        # The worker drops who is left, because it is too late for them.
        assert (ended["status"], ended["send_until"]) == ("sending", "2026-06-15T03:00:01+00:00")

    def test_is_not_taken_back(self, city: ApiClient) -> None:
        path = made_draft(city)
        made(city.post(f"{path}/cancellation", REASON))

        assert refusal(city.post(f"{path}/cancellation", REASON)) == (409, "message_not_cancellable")
