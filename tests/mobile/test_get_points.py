"""GET /v1/me/points."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from backend.base.database import Database
from backend.points.models import PointsLot
from tests.factories.purchases import OTHER_KEY, buy
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestGetPoints:
    def test_begin_at_nothing(self, citizen: ApiClient) -> None:
        response = citizen.get("/v1/me/points")

        assert response.status_code == 200
        assert response.get_json() == {
            "balance_points": 0,
            "pending_points": 0,
            "held_points": 0,
            "next_expiries": [],
        }

    def test_show_the_balance_and_when_it_ends(self, citizen: ApiClient, clerk: ApiClient) -> None:
        buy(citizen, clerk, 1000)
        buy(citizen, clerk, 500, OTHER_KEY)

        points = citizen.get("/v1/me/points").get_json()

        assert points == {
            "balance_points": 15,
            "pending_points": 0,
            "held_points": 0,
            "next_expiries": [{"expires_at": "2027-06-15T15:00:00+00:00", "points": 15}],
        }

    def test_leave_out_what_is_over_though_no_job_has_run(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, at: datetime
    ) -> None:
        buy(citizen, clerk)
        over = {"issued_at": at - timedelta(days=2), "expires_at": at}
        database.run(lambda session: session.execute(update(PointsLot).values(**over)))

        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 0

    def test_tell_what_is_pending_apart(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, at: datetime
    ) -> None:
        buy(citizen, clerk, 1000)
        later = at + timedelta(days=30)
        database.run(lambda session: session.execute(update(PointsLot).values(spendable_at=later)))

        points = citizen.get("/v1/me/points").get_json()

        assert (points["balance_points"], points["pending_points"]) == (0, 10)

    def test_are_ones_own(self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient) -> None:
        buy(citizen, clerk)

        assert neighbour.get("/v1/me/points").get_json()["balance_points"] == 0

    def test_answer_304_until_they_change(self, citizen: ApiClient, clerk: ApiClient) -> None:
        etag = citizen.get("/v1/me/points").headers["ETag"]

        unchanged = citizen.get("/v1/me/points", headers={"If-None-Match": etag})
        buy(citizen, clerk)
        changed = citizen.get("/v1/me/points", headers={"If-None-Match": etag})

        assert (unchanged.status_code, changed.status_code) == (304, 200)

    def test_take_two_questions(self, citizen: ApiClient, clerk: ApiClient, database: Database) -> None:
        buy(citizen, clerk)

        with asked_statements(database) as statements:
            citizen.get("/v1/me/points")

        assert len(statements) == 2

    @on_sqlite
    def test_want_a_citizen(self, nobody: ApiClient, clerk: ApiClient, city: ApiClient) -> None:
        statuses = [caller.get("/v1/me/points").status_code for caller in (nobody, clerk, city)]

        assert statuses == [401, 403, 403]
