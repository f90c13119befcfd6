"""POST /v1/notices/{notice_id}/read."""

import uuid
from datetime import datetime

import pytest
import time_machine

from backend.base.database import Database
from tests.factories.notices import make_notice
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def notice_id(world: World, database: Database, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_notice(session, citizen_id=world.citizen.id, at=at))


class TestReadNotice:
    def test_answers_the_notice_with_the_moment(
        self, citizen: ApiClient, notice_id: uuid.UUID, at: datetime
    ) -> None:
        notice = citizen.post(f"/v1/notices/{notice_id}/read").get_json()

        assert (notice["id"], datetime.fromisoformat(notice["read_at"])) == (str(notice_id), at)
        assert citizen.get("/v1/notices").get_json()["unread_count"] == 0

    def test_doing_so_again_changes_nothing(
        self, citizen: ApiClient, notice_id: uuid.UUID, clock: time_machine.Traveller
    ) -> None:
        first = citizen.post(f"/v1/notices/{notice_id}/read").get_json()
        clock.shift(60)

        assert citizen.post(f"/v1/notices/{notice_id}/read").get_json() == first

    def test_somebody_elses_is_not_there(self, neighbour: ApiClient, notice_id: uuid.UUID) -> None:
        response = neighbour.post(f"/v1/notices/{notice_id}/read")

        assert (response.status_code, response.get_json()["code"]) == (404, "notice_not_found")
