"""GET /v1/notices/unread-count."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.notices import make_notice
from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetUnreadCount:
    def test_counts_the_callers_own(
        self, citizen: ApiClient, neighbour: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_notice(session, citizen_id=world.citizen.id, at=at))

        assert citizen.get("/v1/notices/unread-count").get_json() == {"unread_count": 1}
        assert neighbour.get("/v1/notices/unread-count").get_json() == {"unread_count": 0}
