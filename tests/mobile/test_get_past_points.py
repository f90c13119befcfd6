"""GET /v1/me/points/history."""

import pytest
import time_machine

from tests.factories.purchases import OTHER_KEY, buy
from tests.support.client import ApiClient

PATH = "/v1/me/points/history"


@pytest.fixture
def buyer(citizen: ApiClient, clerk: ApiClient, clock: time_machine.Traveller) -> ApiClient:
    """10 points at noon, 5 more an hour later; now it is two."""
    buy(citizen, clerk, 1_000)
    clock.shift(3_600)
    buy(citizen, clerk, 500, OTHER_KEY)
    clock.shift(3_600)
    return citizen


class TestGetPastPoints:
    @pytest.mark.parametrize(
        ("moment", "held"),
        [
            ("2026-06-15T02:59:59Z", 0),
            ("2026-06-15T03:00:00Z", 10),
            ("2026-06-15T12:30:00%2B09:00", 10),
            ("2026-06-15T04:00:00Z", 15),
            ("2026-06-15T05:00:00Z", 15),
        ],
    )
    def test_tell_what_was_held(self, buyer: ApiClient, moment: str, held: int) -> None:
        response = buyer.get(f"{PATH}?at={moment}")

        assert response.status_code == 200
        assert response.get_json()["balance_points"] == held

    def test_name_the_moment(self, buyer: ApiClient) -> None:
        points = buyer.get(f"{PATH}?at=2026-06-15T12:30:00%2B09:00").get_json()

        assert points == {"at": "2026-06-15T03:30:00+00:00", "balance_points": 10}

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("?at=2026-06-15T05:00:01Z", "moment_in_future"),
            ("?at=2026-06-15T03:00:00", "fields_invalid"),
            ("?at=9999-12-31T23:59:59Z", "fields_invalid"),
            ("?at=noon", "fields_invalid"),
            ("", "fields_invalid"),
        ],
    )
    def test_are_not_told_of_a_moment_that_was_not(self, buyer: ApiClient, query: str, code: str) -> None:
        response = buyer.get(PATH + query)

        assert response.status_code == 422
        assert (response.get_json()["code"], response.get_json()["errors"][0]["field"]) == (code, "at")

    def test_are_ones_own(self, buyer: ApiClient, neighbour: ApiClient) -> None:
        assert neighbour.get(f"{PATH}?at=2026-06-15T05:00:00Z").get_json()["balance_points"] == 0

    def test_want_a_citizen(self, nobody: ApiClient, clerk: ApiClient) -> None:
        statuses = [caller.get(f"{PATH}?at=2026-06-15T03:00:00Z").status_code for caller in (nobody, clerk)]

        assert statuses == [401, 403]
