"""POST /v1/shop/reconciliations: the till's day beside ours."""

from typing import Any

import pytest
from flask import Flask
from time_machine import Traveller

from backend.base.database import Database
from tests.factories.organisations import make_register_key
from tests.factories.purchases import (
    COMPLETION_KEY,
    KEY,
    OTHER_KEY,
    buy,
    complete,
    issue,
    open_checkout,
    record,
    refund,
    sell,
    show_code,
)
from tests.factories.tills import NOON, get_allowance, reconcile, sign
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/reconciliations"
EVENING = {"sold_on": "2026-06-15", "count": 0, "amount_yen": 0}


@pytest.fixture
def other_register(app: Flask, database: Database, world: World) -> ApiClient:
    """The shop's second till."""
    key = database.run(lambda session: make_register_key(session, shop_id=world.shop_id, at=NOON))
    return ApiClient(app, key)


def told(response: Any) -> list[tuple[str, int, int]]:
    assert response.status_code == 200, response.get_json()
    return [
        (difference["kind"], difference["stated"], difference["recorded"])
        for difference in response.get_json()["differences"]
    ]


def named(*sales: tuple[str, int]) -> dict[str, Any]:
    """A day that lists its sales."""
    listed = [{"sale": sale, "amount_yen": amount_yen} for sale, amount_yen in sales]
    return {"count": len(sales), "amount_yen": sum(amount for _, amount in sales), "sales": listed}


class TestRecordReconciliation:
    def test_tells_nothing_where_both_say_the_same(self, register: ApiClient, citizen: ApiClient) -> None:
        buy(citizen, register, 1280)
        sell(register, show_code(citizen), 580, OTHER_KEY)

        response = reconcile(register, count=2, amount_yen=1860)

        found = response.get_json()["reconciliation"]
        assert told(response) == []
        assert (found["recorded_count"], found["recorded_yen"], found["difference_count"]) == (2, 1860, 0)

    def test_knows_every_way_to_sell_by_the_name_that_the_till_has(
        self, register: ApiClient, citizen: ApiClient
    ) -> None:
        code = issue(register, 100)
        record(citizen, code["url"], "by-till-code")
        sale_id = sell(register, show_code(citizen), 200, "by-citizen-code").get_json()["id"]
        checkout = open_checkout(register, show_code(citizen), 300, "by-checkout")
        complete(register, checkout, COMPLETION_KEY)
        issued = get_allowance(register)
        record(citizen, sign(issued, 400, serial_number=9), "by-offline-code")
        offline = f"{issued['allowance']['id']}/9"
        day = named((code["id"].upper(), 100), (sale_id, 200), (checkout["id"], 300), (offline, 400))

        assert told(reconcile(register, **day)) == []

    def test_tells_each_sale_that_differs(self, register: ApiClient, citizen: ApiClient) -> None:
        lost = issue(register, 980)
        differing = buy(citizen, register, 1280, KEY)["id"]
        unlisted = buy(citizen, register, 300, OTHER_KEY)["id"]

        response = reconcile(register, **named((lost["id"], 980), (differing, 1300)))

        assert told(response) == [
            ("total_differs", 2280, 1580),
            ("missing_here", 980, 0),
            ("amount_differs", 1300, 1280),
            ("missing_there", 0, 300),
        ]
        differences = response.get_json()["differences"]
        assert [found["sale"] for found in differences] == [None, lost["id"], differing, None]
        assert [found["purchase_id"] for found in differences] == [None, None, differing, unlisted]

    def test_compares_by_rate_of_tax(self, register: ApiClient, citizen: ApiClient) -> None:
        lines = [
            {"amount_yen": 540, "tax_permille": 80},
            {"amount_yen": 440, "tax_permille": 100},
        ]
        record(citizen, issue(register, 980, lines=lines)["url"])
        rates = [{"tax_permille": 80, "amount_yen": 980}]

        response = reconcile(register, count=1, amount_yen=980, rates=rates)

        assert told(response) == [("rate_differs", 980, 540), ("rate_differs", 0, 440)]
        assert [found["tax_permille"] for found in response.get_json()["differences"]] == [80, 100]

    def test_counts_what_was_sold_and_not_what_came_back(
        self, register: ApiClient, citizen: ApiClient
    ) -> None:
        refund(register, buy(citizen, register, 1280)["id"], amount_yen=280)

        assert told(reconcile(register, count=1, amount_yen=1280)) == []

    def test_leaves_out_what_another_till_sold(
        self, register: ApiClient, other_register: ApiClient, citizen: ApiClient
    ) -> None:
        buy(citizen, register, 1280, KEY)
        buy(citizen, other_register, 500, OTHER_KEY)
        sell(other_register, show_code(citizen), 70, "third-sale")

        assert told(reconcile(register, count=1, amount_yen=1280)) == []
        assert told(reconcile(other_register, count=2, amount_yen=570)) == []

    def test_takes_all_tills_together_from_a_clerk(
        self, register: ApiClient, other_register: ApiClient, clerk: ApiClient, citizen: ApiClient
    ) -> None:
        buy(citizen, register, 1280, KEY)
        buy(citizen, other_register, 500, OTHER_KEY)

        response = reconcile(clerk, count=2, amount_yen=1780)

        assert told(response) == []
        assert response.get_json()["reconciliation"]["register_id"] is None

    def test_takes_one_tills_day_from_a_clerk(
        self, register: ApiClient, manager: ApiClient, clerk: ApiClient, citizen: ApiClient
    ) -> None:
        buy(citizen, register, 1280)
        [key] = manager.get("/v1/shop/registers").get_json()["items"]

        response = reconcile(clerk, count=1, amount_yen=1280, register_id=key["register_id"])

        assert told(response) == []
        assert response.get_json()["reconciliation"]["register_id"] == key["register_id"]

    @pytest.mark.parametrize(("hour", "count"), [(14, 1), (15, 0)])
    def test_ends_the_day_at_the_citys_midnight(
        self, register: ApiClient, citizen: ApiClient, clock: Traveller, hour: int, count: int
    ) -> None:
        clock.move_to(NOON.replace(hour=hour))
        buy(citizen, register, 1280)

        found = reconcile(register, count=0, amount_yen=0).get_json()["reconciliation"]

        assert found["recorded_count"] == count


class TestRecordReconciliationAgain:
    def test_makes_another_version_and_keeps_the_first(
        self, register: ApiClient, citizen: ApiClient, clock: Traveller
    ) -> None:
        buy(citizen, register, 1280)
        first = reconcile(register, count=0, amount_yen=0).get_json()["reconciliation"]
        clock.shift(60)

        second = reconcile(register, count=1, amount_yen=1280).get_json()

        assert (second["reconciliation"]["version"], second["reconciliation"]["difference_count"]) == (2, 0)
        assert [version["version"] for version in second["versions"]] == [2, 1]
        kept = register.get(f"{PATH}/{first['id']}").get_json()["reconciliation"]
        assert (kept["difference_count"], kept["replaced_at"]) == (2, "2026-06-15T03:01:00+00:00")

    def test_changes_nothing_where_nothing_changed(self, register: ApiClient, clock: Traveller) -> None:
        first = reconcile(register, count=0, amount_yen=0).get_json()
        clock.shift(60)

        again = reconcile(register, count=0, amount_yen=0)

        assert again.get_json() == first

    def test_makes_another_version_where_more_was_recorded_since(
        self, register: ApiClient, citizen: ApiClient
    ) -> None:
        late = sign(get_allowance(register), 400)
        first = reconcile(register, count=1, amount_yen=400)
        record(citizen, late)

        second = reconcile(register, count=1, amount_yen=400)

        assert told(first) == [("count_differs", 1, 0), ("total_differs", 400, 0)]
        assert told(second) == []
        assert second.get_json()["reconciliation"]["version"] == 2


class TestRecordReconciliationRefuses:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"sold_on": "2026-06-16"}, "sold_on"),
            ({"sold_on": "0001-01-01"}, "sold_on"),
            ({"sold_on": "yesterday"}, "sold_on"),
            ({"count": -1}, "count"),
            ({"count": True}, "count"),
            ({"amount_yen": 10**30}, "amount_yen"),
            ({"rates": [{"tax_permille": 80, "amount_yen": 1}]}, "rates"),
            ({"rates": [{"tax_permille": 1001, "amount_yen": 1}]}, "rates.0.tax_permille"),
            ({"sales": [{"sale": "a", "amount_yen": 1}]}, "count"),
            ({"sales": [{"sale": "a\x00", "amount_yen": 1}]}, "sales.0.sale"),
            ({"count": 2, "amount_yen": 2, "sales": [{"sale": "a", "amount_yen": 1}] * 2}, "sales"),
            ({"register_id": "11111111-1111-4111-8111-111111111111"}, "register_id"),
        ],
    )
    def test_a_field_and_names_it(self, register: ApiClient, changes: dict[str, Any], field: str) -> None:
        response = register.post(PATH, EVENING | changes)

        errors = response.get_json()["errors"]
        assert response.status_code in (404, 422)
        assert [error["field"] for error in errors] == [field]

    def test_a_register_of_another_shop(self, clerk: ApiClient) -> None:
        response = reconcile(clerk, count=0, amount_yen=0, register_id="11111111-1111-4111-8111-111111111111")

        assert (response.status_code, response.get_json()["code"]) == (404, "register_not_found")

    def test_a_key_without_the_scope(self, app: Flask, database: Database, world: World) -> None:
        key = database.run(
            lambda session: make_register_key(session, shop_id=world.shop_id, at=NOON, scopes=("sales",))
        )

        assert ApiClient(app, key).post(PATH, EVENING).status_code == 403
