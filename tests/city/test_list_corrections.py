"""GET /v1/city/corrections."""

import pytest
from werkzeug.test import TestResponse

from tests.city.test_approve_correction import approve, propose
from tests.city.test_propose_correction import PATH
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def proposed(city: ApiClient, world: World, budget: str) -> list[str]:
    return [propose(city, budget, world.citizen.account_id, points) for points in (10, 20, 30)]


def ids(response: TestResponse) -> list[str]:
    return [item["id"] for item in response.get_json()["items"]]


class TestListCorrections:
    def test_shows_the_newest_first(self, approver: ApiClient, proposed: list[str]) -> None:
        response = approver.get(PATH)

        assert response.status_code == 200
        assert ids(response) == proposed[::-1]

    @pytest.mark.parametrize(
        ("status", "found"), [("proposed", [2, 0]), ("carried_out", [1]), ("rejected", [])]
    )
    def test_keeps_to_a_status(
        self, approver: ApiClient, proposed: list[str], status: str, found: list[int]
    ) -> None:
        approve(approver, proposed[1])

        assert ids(approver.get(f"{PATH}?status={status}")) == [proposed[index] for index in found]

    def test_goes_on_where_the_page_before_ended(self, approver: ApiClient, proposed: list[str]) -> None:
        page = approver.get(f"{PATH}?limit=2")
        rest = approver.get(f"{PATH}?limit=2&cursor={page.get_json()['next_cursor']}")

        assert ids(page) + ids(rest) == proposed[::-1]

    def test_refuses_a_status_that_is_none(self, approver: ApiClient) -> None:
        response = approver.get(f"{PATH}?status=lost")

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "status"

    def test_is_for_those_who_propose_or_decide(
        self, city: ApiClient, approver: ApiClient, manager: ApiClient, citizen: ApiClient
    ) -> None:
        statuses = [caller.get(PATH).status_code for caller in (city, approver, manager, citizen)]

        assert statuses == [200, 200, 403, 403]
