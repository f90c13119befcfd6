"""GET /v1/shop/messages/{id}: one of the shop's."""

from datetime import datetime

from backend.base.database import Database
from backend.messages.models import MessageStatus
from tests.factories.messages import (
    PATH,
    SHOP_PATH,
    made_draft,
    made_shop_draft,
    made_shop_scheduled,
    refusal,
    set_status,
)
from tests.factories.sendings import make_reader
from tests.support.client import ApiClient


class TestGetOwnMessage:
    def test_shows_how_it_reads(self, manager: ApiClient) -> None:
        words = manager.get(made_shop_draft(manager)).get_json()["words"]

        assert words["titles"]["ja"].startswith("【広告】")
        assert "設定からいつでも止められます" in words["reasons"]["ja"]

    def test_tells_no_number_that_is_too_small(
        self, manager: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_reader(session, at=at))
        path = made_shop_scheduled(manager, approver)
        set_status(database, path, MessageStatus.SENDING, started_at=at, recipient_count=9)

        assert manager.get(path).get_json()["recipient_count"] is None

    def test_tells_numbers_that_name_nobody(
        self, manager: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_reader(session, at=at))
        path = made_shop_scheduled(manager, approver)
        set_status(database, path, MessageStatus.SENDING, started_at=at, recipient_count=10)

        assert manager.get(path).get_json()["recipient_count"] == 10

    def test_of_the_city_is_not_there(self, city: ApiClient, manager: ApiClient) -> None:
        path = made_draft(city)

        assert refusal(manager.get(path.replace(PATH, SHOP_PATH))) == (404, "message_not_found")
