"""GET /v1/city/messages/{id}/dead-letters: whom no push reached for certain."""

from datetime import datetime

from backend.base.database import Database
from backend.web.ground import Ground
from tests.factories.messages import PATH, fail, made_scheduled, refusal, started
from tests.factories.world import World
from tests.support.client import ApiClient


class TestListMessageDeadLetters:
    def test_tells_why_and_of_nobody_who(
        self, city: ApiClient, approver: ApiClient, database: Database, ground: Ground, at: datetime
    ) -> None:
        path = made_scheduled(city, approver, send_at=at.isoformat())
        started(database, path, ground, at)
        fail(database, path, position=2, at=at)

        items = city.get(f"{path}/dead-letters").get_json()["items"]

        assert items == [
            {
                "position": 2,
                "status": "failed",
                "failure": "unavailable",
                "attempts": 5,
                "settled_at": at.isoformat(),
                "may_replay": True,
            }
        ]

    def test_of_no_message_are_not_there(self, city: ApiClient, world: World) -> None:
        assert refusal(city.get(f"{PATH}/{world.shop_id}/dead-letters")) == (404, "message_not_found")
