"""POST /v1/notices/read."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.notices import make_notice
from tests.factories.world import World
from tests.support.client import ApiClient


class TestReadAllNotices:
    def test_reads_the_callers_own_and_tells_how_many(
        self, citizen: ApiClient, neighbour: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        for citizen_id in (world.citizen.id, world.citizen.id, world.neighbour.id):
            database.run(lambda session, owner=citizen_id: make_notice(session, citizen_id=owner, at=at))

        assert citizen.post("/v1/notices/read").get_json() == {"read_count": 2}
        assert citizen.get("/v1/notices/unread-count").get_json() == {"unread_count": 0}
        assert neighbour.get("/v1/notices/unread-count").get_json() == {"unread_count": 1}

    def test_spares_what_is_newer_than_the_newest_on_the_screen(
        self, citizen: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        seen = database.run(lambda session: make_notice(session, citizen_id=world.citizen.id, at=at))
        database.run(lambda session: make_notice(session, citizen_id=world.citizen.id, at=at))

        assert citizen.post(f"/v1/notices/read?up_to={seen}").get_json() == {"read_count": 1}

    def test_refuses_an_id_that_is_none(self, citizen: ApiClient) -> None:
        assert citizen.post("/v1/notices/read?up_to=yesterday").status_code == 422
