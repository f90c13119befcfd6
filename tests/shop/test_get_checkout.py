"""GET /v1/shop/checkouts/{id}."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.base.database import Database
from backend.points.service.holds import expire_holds
from tests.conftest import NOW
from tests.factories.purchases import complete, open_checkout, show_code
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
PATH = "/v1/shop/checkouts"


@pytest.fixture
def checkout(citizen: ApiClient, register: ApiClient, give_points: Callable[..., None]) -> dict[str, Any]:
    give_points(500)
    return open_checkout(register, show_code(citizen, points_to_spend=200))


class TestGetCheckout:
    def test_shows_an_open_one(self, register: ApiClient, checkout: dict[str, Any]) -> None:
        shown = register.get(f"{PATH}/{checkout['id']}").get_json()

        assert shown == checkout | {"earned_points": None}

    def test_is_shown_to_colleagues(self, manager: ApiClient, checkout: dict[str, Any]) -> None:
        assert manager.get(f"{PATH}/{checkout['id']}").status_code == 200

    def test_shows_the_purchase_it_became(self, register: ApiClient, checkout: dict[str, Any]) -> None:
        sale = complete(register, checkout).get_json()

        shown = register.get(f"{PATH}/{checkout['id']}").get_json()

        assert (shown["status"], shown["purchase_id"]) == ("completed", sale["id"])

    def test_shows_that_it_was_cancelled(self, register: ApiClient, checkout: dict[str, Any]) -> None:
        register.delete(f"{PATH}/{checkout['id']}")

        assert register.get(f"{PATH}/{checkout['id']}").get_json()["status"] == "cancelled"

    @pytest.mark.parametrize(("seconds", "status"), [(599, "open"), (600, "expired")])
    def test_shows_that_its_time_is_over(
        self, register: ApiClient, checkout: dict[str, Any], clock: Any, seconds: int, status: str
    ) -> None:
        clock.shift(seconds)

        assert register.get(f"{PATH}/{checkout['id']}").get_json()["status"] == status

    def test_still_does_when_the_job_has_ended_its_hold(
        self, register: ApiClient, checkout: dict[str, Any], clock: Any, database: Database
    ) -> None:
        clock.shift(600)
        database.run(lambda session: expire_holds(session, at=NOW + timedelta(seconds=600)))

        assert register.get(f"{PATH}/{checkout['id']}").get_json()["status"] == "expired"

    def test_does_not_know_one_that_is_not_there(self, register: ApiClient) -> None:
        response = register.get(f"{PATH}/{uuid.uuid4()}")

        assert (response.status_code, response.get_json()["code"]) == (404, "checkout_not_found")
