"""GET /v1/notices."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.notices import make_circular, make_copy, make_notice
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements


def put_circular(database: Database, world: World, at: datetime, **values: Any) -> None:
    """Into the citizen's inbox."""

    def work(session: Session) -> None:
        circular = make_circular(session, at=at, **values)
        make_copy(session, citizen_id=world.citizen.id, circular=circular, at=at)

    database.run(work)


class TestListNotices:
    def test_tells_the_newest_first_with_the_number_of_unread(
        self, citizen: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        notices = [
            database.run(lambda session: make_notice(session, citizen_id=world.citizen.id, at=at))
            for _ in range(2)
        ]

        page = citizen.get("/v1/notices").get_json()

        assert [item["id"] for item in page["items"]] == [str(notice_id) for notice_id in notices[::-1]]
        assert (page["unread_count"], page["next_cursor"]) == (2, None)
        assert page["items"][0]["read_at"] is None

    @pytest.mark.parametrize(
        ("tag", "title"),
        [
            ("ja", "麦と汽笛でのお買い物"),
            ("en-GB", "Your purchase at Wheat & Whistle"),
            ("ja-Hira", "麦と汽笛で 買(か)い物(もの)を しました"),
        ],
    )
    def test_speaks_the_language_that_is_asked_for(
        self, citizen: ApiClient, world: World, database: Database, at: datetime, tag: str, title: str
    ) -> None:
        database.run(lambda session: make_notice(session, citizen_id=world.citizen.id, at=at))

        page = citizen.get("/v1/notices", headers={"Accept-Language": tag}).get_json()

        assert page["items"][0]["title"] == title

    def test_turns_pages_by_its_cursor(
        self, citizen: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        oldest = database.run(lambda session: make_notice(session, citizen_id=world.citizen.id, at=at))
        database.run(lambda session: make_notice(session, citizen_id=world.citizen.id, at=at))
        first = citizen.get("/v1/notices?limit=1").get_json()

        second = citizen.get(f"/v1/notices?limit=1&cursor={first['next_cursor']}").get_json()

        assert [item["id"] for item in second["items"]] == [str(oldest)]

    def test_shows_nobody_elses(
        self, neighbour: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_notice(session, citizen_id=world.citizen.id, at=at))

        assert neighbour.get("/v1/notices").get_json()["items"] == []

    def test_takes_two_reads_of_the_database(
        self, citizen: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        """Who is calling, and the page with its count."""
        database.run(lambda session: make_notice(session, citizen_id=world.citizen.id, at=at))

        with asked_statements(database) as statements:
            citizen.get("/v1/notices")

        assert len(statements) == 2, statements

    def test_tells_what_a_message_to_many_says(
        self, citizen: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        put_circular(database, world, at)

        [notice] = citizen.get("/v1/notices", headers={"Accept-Language": "en"}).get_json()["items"]

        assert (notice["kind"], notice["purpose"]) == ("circular", "push_city")
        assert (notice["title"], notice["sender"]) == ("Harbour festival", "Kushiro City")
        assert notice["reason"] == "Sent to residents of Kushiro."
        assert [stop["kind"] for stop in notice["stops"]] == ["muted_category", "consent"]

    def test_takes_no_more_reads_for_messages_to_many(
        self, citizen: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        put_circular(database, world, at)
        put_circular(database, world, at)

        with asked_statements(database) as statements:
            citizen.get("/v1/notices")

        assert len(statements) == 2, statements

    def test_shows_what_is_over_but_does_not_count_it_as_unread(
        self,
        citizen: ApiClient,
        world: World,
        database: Database,
        at: datetime,
        clock: time_machine.Traveller,
    ) -> None:
        put_circular(database, world, at, expires_at=at + timedelta(seconds=60))
        before = citizen.get("/v1/notices").get_json()
        clock.shift(60)

        after = citizen.get("/v1/notices").get_json()

        assert (before["unread_count"], after["unread_count"]) == (1, 0)
        assert after["items"] == before["items"]

    def test_answers_304_to_a_phone_that_knows_it_already(
        self, citizen: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_notice(session, citizen_id=world.citizen.id, at=at))
        known = citizen.get("/v1/notices").headers["ETag"]

        assert citizen.get("/v1/notices", headers={"If-None-Match": known}).status_code == 304

    @pytest.mark.parametrize("query", ["cursor=nonsense", "limit=0", "limit=101", "page=2"])
    def test_refuses_what_the_spec_does_not_know(self, citizen: ApiClient, query: str) -> None:
        assert citizen.get(f"/v1/notices?{query}").status_code == 422

    def test_wants_a_citizen(self, nobody: ApiClient, clerk: ApiClient) -> None:
        assert nobody.get("/v1/notices").status_code == 401
        assert clerk.get("/v1/notices").status_code == 403
