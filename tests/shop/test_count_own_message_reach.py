"""GET /v1/shop/messages/{id}/reach: how many, if they are many."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.messages import made_shop_draft
from tests.factories.sendings import CITY, make_readers
from tests.support.client import ApiClient


class TestCountOwnMessageReach:
    def test_counts_only_who_wants_advertising(
        self, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        def work(session: Session) -> None:
            make_readers(session, 10, at=at)
            make_readers(session, 5, at=at, consents=(CITY,))

        database.run(work)
        path = made_shop_draft(manager)

        count = manager.get(f"{path}/reach").get_json()
        assert (count["consenting_count"], count["unmuted_count"], count["is_rounded"]) == (10, 10, True)

    def test_counts_no_few(self, manager: ApiClient, database: Database, at: datetime) -> None:
        database.run(lambda session: make_readers(session, 9, at=at))
        path = made_shop_draft(manager)

        count = manager.get(f"{path}/reach").get_json()
        assert (count["unmuted_count"], count["is_suppressed"]) == (None, True)

    def test_is_not_asked_too_often(self, manager: ApiClient) -> None:
        path = made_shop_draft(manager)

        statuses = [manager.get(f"{path}/reach").status_code for _ in range(31)]

        assert statuses == [200] * 30 + [429]
