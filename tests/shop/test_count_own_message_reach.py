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

        assert manager.get(f"{path}/reach").get_json() == {"told_count": 10, "ringing_count": 10}

    def test_counts_no_few(self, manager: ApiClient, database: Database, at: datetime) -> None:
        database.run(lambda session: make_readers(session, 9, at=at))
        path = made_shop_draft(manager)

        assert manager.get(f"{path}/reach").get_json() == {"told_count": None, "ringing_count": None}
