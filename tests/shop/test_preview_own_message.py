"""POST /v1/shop/messages/previews: before anything is kept."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.messages import SHOP_PATH, shop_message
from tests.factories.sendings import make_readers
from tests.support.client import ApiClient


class TestPreviewOwnMessage:
    def test_shows_the_words_and_how_many_they_would_reach(
        self, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_readers(session, 10, at=at))

        preview = manager.post(f"{SHOP_PATH}/previews", shop_message()).get_json()

        assert preview["words"]["titles"]["ja"].startswith("【広告】")
        assert preview["count"]["unmuted_count"] == 10

    def test_counts_no_few(self, manager: ApiClient, database: Database, at: datetime) -> None:
        database.run(lambda session: make_readers(session, 9, at=at))

        preview = manager.post(f"{SHOP_PATH}/previews", shop_message()).get_json()

        assert (preview["count"]["unmuted_count"], preview["count"]["is_suppressed"]) == (None, True)

    def test_keeps_nothing(self, manager: ApiClient) -> None:
        manager.post(f"{SHOP_PATH}/previews", shop_message())

        assert manager.get(SHOP_PATH).get_json()["items"] == []
