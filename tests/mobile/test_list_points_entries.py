"""GET /v1/me/points/entries."""

import base64
import uuid
from datetime import datetime, timedelta

import pytest

from backend.base.database import Database
from backend.points.models import AccountKind
from backend.points.service.movements import lapse_expired_lots, open_account, spend
from tests.factories.purchases import OTHER_KEY, buy
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/v1/me/points/entries"


def cursor_with(position: str) -> str:
    """A cursor as this list makes them, the entry's position written as JSON."""
    text = f'["{uuid.UUID(int=1)}",{position}]'
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


class TestListPointsEntries:
    def test_shows_what_came_with_its_purchase(self, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk)

        [entry] = citizen.get(PATH).get_json()["items"]

        assert (entry["kind"], entry["source_id"], entry["amount_points"]) == ("grant", purchase["id"], 12)
        assert entry["occurred_at"] == "2026-06-15T03:00:00+00:00"

    def test_shows_what_left_below_zero_newest_first(
        self, citizen: ApiClient, clerk: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        buy(citizen, clerk, 1000)
        till = database.run(lambda session: open_account(session, kind=AccountKind.SHOP, at=at))
        database.run(
            lambda session: spend(
                session, account_id=world.citizen.account_id, to_account_id=till, points=4, at=at
            )
        )
        database.run(lambda session: lapse_expired_lots(session, at=at + timedelta(days=400)))

        entries = citizen.get(PATH).get_json()["items"]

        assert [(entry["kind"], entry["amount_points"]) for entry in entries] == [
            ("lapse", -6),
            ("spend", -4),
            ("grant", 10),
        ]

    def test_shows_nobody_elses(self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient) -> None:
        buy(citizen, clerk)

        assert neighbour.get(PATH).get_json() == {"items": [], "next_cursor": None}

    def test_goes_through_all_pages_without_a_gap(self, citizen: ApiClient, clerk: ApiClient) -> None:
        bought = [buy(citizen, clerk, 100, f"purchase-{number}")["id"] for number in range(3)]

        first = citizen.get(f"{PATH}?limit=2").get_json()
        second = citizen.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        assert [entry["source_id"] for page in (first, second) for entry in page["items"]] == bought[::-1]

    def test_asks_the_same_number_of_questions_however_many_there_are(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        buy(citizen, clerk)
        buy(citizen, clerk, key=OTHER_KEY)

        with asked_statements(database) as statements:
            citizen.get(PATH)

        assert len(statements) == 2

    def test_answers_304_until_something_moves(self, citizen: ApiClient, clerk: ApiClient) -> None:
        etag = citizen.get(PATH).headers["ETag"]

        unchanged = citizen.get(PATH, headers={"If-None-Match": etag})
        buy(citizen, clerk)
        changed = citizen.get(PATH, headers={"If-None-Match": etag})

        assert (unchanged.status_code, changed.status_code) == (304, 200)

    @pytest.mark.parametrize("position", ["0", "40000", "-1", "1.5", "null", '"x"', "[]", "true"])
    def test_takes_or_refuses_any_cursor_that_is_well_made(
        self, citizen: ApiClient, clerk: ApiClient, position: str
    ) -> None:
        buy(citizen, clerk)

        response = citizen.get(f"{PATH}?cursor={cursor_with(position)}")

        assert response.status_code in (200, 422)

    @on_sqlite
    @pytest.mark.parametrize("position", ["1e30", "-1e30", "9223372036854775808"])
    def test_refuses_a_cursor_beyond_every_number_we_keep(self, citizen: ApiClient, position: str) -> None:
        response = citizen.get(f"{PATH}?cursor={cursor_with(position)}")

        assert response.status_code == 422

    @on_sqlite
    def test_wants_a_citizen(self, nobody: ApiClient, clerk: ApiClient) -> None:
        assert [caller.get(PATH).status_code for caller in (nobody, clerk)] == [401, 403]
