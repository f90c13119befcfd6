"""POST /v1/notices/{notice_id}/tap."""

import uuid
from datetime import datetime

import pytest

from backend.base.database import Database
from backend.notices.engagement import engagement_of
from backend.notices.models import Circular
from tests.factories.notices import make_circular, make_copy
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def circular(database: Database, at: datetime) -> Circular:
    return database.run(lambda session: make_circular(session, at=at))


@pytest.fixture
def notice_id(database: Database, world: World, circular: Circular, at: datetime) -> uuid.UUID:
    return database.run(
        lambda session: make_copy(session, citizen_id=world.citizen.id, circular=circular, at=at)
    )


class TestNoteNoticeTap:
    def test_counts_one(
        self, citizen: ApiClient, database: Database, circular: Circular, notice_id: uuid.UUID
    ) -> None:
        response = citizen.post(f"/v1/notices/{notice_id}/tap")

        found = database.run(lambda session: engagement_of(session, circular_id=circular.id))
        assert (response.status_code, found.tapped) == (204, 1)

    def test_leaves_it_unread(self, citizen: ApiClient, notice_id: uuid.UUID) -> None:
        citizen.post(f"/v1/notices/{notice_id}/tap")

        assert citizen.get("/v1/notices/unread-count").get_json()["unread_count"] == 1

    def test_is_limited(self, citizen: ApiClient, notice_id: uuid.UUID) -> None:
        statuses = [citizen.post(f"/v1/notices/{notice_id}/tap").status_code for _ in range(61)]

        assert statuses == [204] * 60 + [429]

    def test_knows_nobody_elses(self, neighbour: ApiClient, notice_id: uuid.UUID) -> None:
        response = neighbour.post(f"/v1/notices/{notice_id}/tap")

        assert (response.status_code, response.get_json()["code"]) == (404, "notice_not_found")

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient, notice_id: uuid.UUID) -> None:
        path = f"/v1/notices/{notice_id}/tap"

        assert [caller.post(path).status_code for caller in (clerk, nobody)] == [403, 401]
