"""POST /v1/shop/messages/{id}/cancellation: nobody is told, or nobody else."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.messages import REASON, begin, made_shop_review, made_shop_scheduled, refusal
from tests.factories.sendings import make_reader
from tests.support.client import ApiClient


class TestCancelOwnMessage:
    def test_gives_up_what_is_not_begun(self, manager: ApiClient) -> None:
        path = made_shop_review(manager)

        assert manager.post(f"{path}/cancellation", REASON).get_json()["status"] == "cancelled"

    def test_is_refused_while_it_is_being_sent(
        self, manager: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_reader(session, at=at))
        path = made_shop_scheduled(manager, approver)
        begin(database, path, at)

        assert refusal(manager.post(f"{path}/cancellation", REASON)) == (409, "message_not_cancellable")
