"""POST /v1/city/messages/{id}/dead-letters/replay: once more."""

from datetime import datetime

from backend.base.database import Database
from backend.web.ground import Ground
from tests.factories.messages import fail, made_scheduled, refusal, started
from tests.support.client import ApiClient


class TestReplayMessageDeadLetters:
    def test_lets_them_wait_again_and_is_written_down(
        self, city: ApiClient, approver: ApiClient, database: Database, ground: Ground, at: datetime
    ) -> None:
        path = made_scheduled(city, approver, send_at=at.isoformat())
        started(database, path, ground, at)
        fail(database, path, position=2, at=at)

        replayed = city.post(f"{path}/dead-letters/replay").get_json()

        assert replayed == {"waiting_count": 1}
        assert city.get(f"{path}/events").get_json()["items"][0]["act"] == "replayed"

    def test_is_not_for_what_is_not_begun(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_scheduled(city, approver)

        assert refusal(city.post(f"{path}/dead-letters/replay")) == (409, "message_not_replayable")
