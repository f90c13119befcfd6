"""What no shop confirmed in time goes to the city, each once."""

import time_machine

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.claims.service.waiting import move_unconfirmed
from backend.config import Settings
from backend.jobs.claims import move_claims
from tests.factories.claims import LARGE_YEN, acts_of, get_row, state
from tests.factories.jobs import list_jobs
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

THREE_DAYS = 72 * 3600


class TestUnconfirmedClaims:
    def test_go_to_the_city_once(
        self, citizen: ApiClient, poster: str, database: Database, clock: time_machine.Traveller
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)
        clock.shift(THREE_DAYS)

        moved = [database.run(lambda session: move_unconfirmed(session, at=utc_now())) for _ in range(2)]

        assert moved == [1, 0]
        row = get_row(database, claim)
        assert (row.status, row.waits_for, row.expires_at) == ("submitted", "city", None)
        assert acts_of(database, claim) == ["drafted", "submitted", "unconfirmed"]

    def test_stay_the_shops_while_it_has_time(
        self, citizen: ApiClient, poster: str, database: Database, clock: time_machine.Traveller
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)
        clock.shift(THREE_DAYS - 1)

        move_claims(database)

        assert get_row(database, claim).waits_for == "shop"

    def test_are_moved_in_batches(
        self, citizen: ApiClient, poster: str, database: Database, clock: time_machine.Traveller
    ) -> None:
        for number in range(3):
            state(citizen, poster, LARGE_YEN + number, key=f"claim-key-{number}")
        clock.shift(THREE_DAYS)

        moved = [
            database.run(lambda session: move_unconfirmed(session, at=utc_now(), limit=2)) for _ in range(2)
        ]

        assert moved == [2, 1]

    def test_are_moved_by_a_job_of_the_worker(self, database: Database, settings: Settings) -> None:
        names = {job.name: job for job in list_jobs(settings, database)}

        assert names["move_claims"].every_seconds == names["raise_flags"].every_seconds == 60
        assert names["move_claims"].run() is False
        assert names["raise_flags"].run() is False

    def test_cost_one_read_while_there_are_none(self, database: Database) -> None:
        with asked_statements(database) as statements:
            move_claims(database)

        assert len(statements) == 1
