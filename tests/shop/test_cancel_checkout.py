"""DELETE /v1/shop/checkouts/{id}: nothing was sold."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backend.base.database import Database
from backend.points.models import PointsHold
from backend.points.service.holds import expire_holds
from tests.factories.purchases import OTHER_KEY, complete, open_checkout, points_of, sell, show_code
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
PATH = "/v1/shop/checkouts"


@pytest.fixture
def checkout(citizen: ApiClient, register: ApiClient, give_points: Callable[..., None]) -> dict[str, Any]:
    give_points(500)
    return open_checkout(register, show_code(citizen, points_to_spend="all"), 2000)


def cancel(till: ApiClient, checkout: dict[str, Any]) -> Any:
    return till.delete(f"{PATH}/{checkout['id']}")


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]


class TestCancelCheckout:
    def test_frees_the_points(
        self, citizen: ApiClient, register: ApiClient, checkout: dict[str, Any]
    ) -> None:
        response = cancel(register, checkout)

        assert (response.status_code, response.get_json()["status"]) == (200, "cancelled")
        assert points_of(citizen) == 500

    def test_ends_the_hold_as_voided(
        self, register: ApiClient, checkout: dict[str, Any], database: Database
    ) -> None:
        cancel(register, checkout)

        assert database.run(lambda session: session.scalars(select(PointsHold.status)).one()) == "voided"

    def test_may_be_done_by_a_colleague(self, clerk: ApiClient, checkout: dict[str, Any]) -> None:
        assert cancel(clerk, checkout).status_code == 200

    def test_ends_one_that_holds_nothing(self, citizen: ApiClient, register: ApiClient) -> None:
        checkout = open_checkout(register, show_code(citizen))

        assert cancel(register, checkout).get_json()["status"] == "cancelled"

    def test_gives_the_citizens_code_not_back(self, citizen: ApiClient, register: ApiClient) -> None:
        code = show_code(citizen)
        cancel(register, open_checkout(register, code))

        assert refusal(sell(register, code, key=OTHER_KEY)) == (409, "citizen_code_used")

    def test_is_refused_twice(self, register: ApiClient, checkout: dict[str, Any]) -> None:
        cancel(register, checkout)

        assert refusal(cancel(register, checkout)) == (409, "checkout_closed")

    def test_is_refused_once_it_is_completed(
        self, citizen: ApiClient, register: ApiClient, checkout: dict[str, Any]
    ) -> None:
        complete(register, checkout)

        assert refusal(cancel(register, checkout)) == (409, "checkout_closed")
        assert points_of(citizen) == 15

    def test_is_needless_once_its_time_is_over(
        self,
        citizen: ApiClient,
        register: ApiClient,
        checkout: dict[str, Any],
        clock: Any,
        database: Database,
        at: datetime,
    ) -> None:
        clock.shift(600)
        before_the_job = refusal(cancel(register, checkout))
        database.run(lambda session: expire_holds(session, at=at + timedelta(seconds=600)))

        after_it = refusal(cancel(register, checkout))

        assert before_the_job == after_it == (409, "checkout_expired")
        assert points_of(citizen) == 500

    def test_does_not_know_one_that_is_not_there(self, register: ApiClient) -> None:
        assert refusal(cancel(register, {"id": uuid.uuid4()})) == (404, "checkout_not_found")
