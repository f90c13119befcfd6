"""POST /v1/city/budget-lines: an officer enters a line."""

from typing import Any

import pytest

from backend.city.budgets.schemas import BUDGET_LINE_EXAMPLE
from tests.support.client import ApiClient

PATH = "/v1/city/budget-lines"


def line(**changes: Any) -> dict[str, Any]:
    return {**BUDGET_LINE_EXAMPLE, **changes}


class TestCreateBudgetLine:
    def test_answers_the_line(self, city: ApiClient) -> None:
        response = city.post(PATH, line())

        assert response.status_code == 201
        made = response.get_json()
        assert {name: made[name] for name in BUDGET_LINE_EXAMPLE} == BUDGET_LINE_EXAMPLE

    def test_refuses_a_line_that_is_there(self, city: ApiClient) -> None:
        city.post(PATH, line())

        response = city.post(PATH, line(city_permille=1000, shop_permille=0, chamber_permille=0))

        assert response.status_code == 409
        assert response.get_json()["code"] == "budget_line_taken"

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"city_permille": 701}, "budget_shares_invalid", "city_permille"),
            ({"shop_permille": -1}, "fields_invalid", "shop_permille"),
            ({"city_permille": 1001}, "fields_invalid", "city_permille"),
            ({"fiscal_year": 1999}, "fields_invalid", "fiscal_year"),
            ({"fiscal_year": 10**30}, "fields_invalid", "fiscal_year"),
            ({"kan": ""}, "fields_invalid", "kan"),
            ({"moku": "あ" * 61}, "fields_invalid", "moku"),
            ({"name": "\x00"}, "fields_invalid", "name"),
            ({"colour": "red"}, "fields_invalid", "colour"),
        ],
    )
    def test_names_the_field_at_fault(
        self, city: ApiClient, changes: dict[str, Any], code: str, field: str
    ) -> None:
        response = city.post(PATH, line(**changes))

        assert response.status_code == 422
        assert (response.get_json()["code"], response.get_json()["errors"][0]["field"]) == (code, field)

    def test_is_for_officers(self, approver: ApiClient, manager: ApiClient, citizen: ApiClient) -> None:
        statuses = [caller.post(PATH, line()).status_code for caller in (approver, manager, citizen)]

        assert statuses == [403, 403, 403]
