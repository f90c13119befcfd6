"""POST /v1/city/messages/previews: before anything is kept."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.messages import PATH, message, refusal
from tests.factories.sendings import make_readers
from tests.support.client import ApiClient


class TestPreviewMessage:
    def test_shows_the_words_and_whom_they_would_reach(
        self, city: ApiClient, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_readers(session, 2, at=at))

        preview = city.post(f"{PATH}/previews", message()).get_json()

        assert preview["words"]["titles"]["ja"] == "催し：港の朝市"
        assert preview["reach"]["count"]["unmuted_count"] == 2

    def test_keeps_nothing(self, city: ApiClient) -> None:
        city.post(f"{PATH}/previews", message())

        assert city.get(PATH).get_json()["items"] == []

    def test_is_refused_as_the_draft_would_be(self, city: ApiClient) -> None:
        response = city.post(f"{PATH}/previews", message(params={}))

        assert refusal(response) == (422, "message_params_invalid")
