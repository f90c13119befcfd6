"""Batches at once, on real databases: of the same citizens, of the same sales, and against single sales."""

from typing import Any

import pytest

from backend.base.database import Database
from backend.purchases.models import Purchase
from tests.factories.purchases import points_of, show_code, stored
from tests.purchases.test_races import Run, at_once, count, posting
from tests.support.client import ApiClient

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("proven_ledger")]
ROUNDS = range(3)
PATH = "/v1/shop/purchases/batch"


def opened(citizen: ApiClient, clock: Any, codes: int) -> list[str]:
    """Codes that were all shown within two minutes, one after the other."""
    shown = []
    for _ in range(codes):
        shown.append(show_code(citizen))
        clock.shift(1)
    return shown


def outcomes_of(responses: list[Any]) -> list[tuple[int, bool]]:
    assert [response.status_code for response in responses] == [200] * len(responses)
    items = [item for response in responses for item in response.get_json()["items"]]
    return sorted((item["status"], item["is_replay"]) for item in items)


@pytest.mark.parametrize("round", ROUNDS)
class TestBatchesAtOnce:
    def test_of_the_same_sales_record_each_once(
        self, citizen: ApiClient, register: ApiClient, database: Database, clock: Any, round: int
    ) -> None:
        items = [stored(f"a-{number}", code) for number, code in enumerate(opened(citizen, clock, 6))]

        responses = at_once([posting(register, PATH, {"items": items}, "unused-key")] * 3)

        assert outcomes_of(responses) == [(201, False)] * 6 + [(201, True)] * 12
        assert (count(database, Purchase), points_of(citizen)) == (6, 72)

    def test_of_the_same_citizens_in_opposite_orders_all_go_through(
        self,
        citizen: ApiClient,
        neighbour: ApiClient,
        register: ApiClient,
        database: Database,
        clock: Any,
        run_campaign: Run,
        round: int,
    ) -> None:
        run_campaign(fixed_points=30, day_cap_points=100, budget_points=20_000)
        mine, theirs = opened(citizen, clock, 6), opened(neighbour, clock, 6)
        one = [stored(f"a-{number}", code, 99) for number, code in enumerate([*mine[:3], *theirs[:3]])]
        other = [stored(f"b-{number}", code, 99) for number, code in enumerate([*theirs[3:], *mine[3:]])]

        responses = at_once(
            [posting(register, PATH, {"items": items}, "unused-key") for items in (one, other)]
        )

        assert outcomes_of(responses) == [(201, False)] * 12
        assert (points_of(citizen), points_of(neighbour)) == (100, 100)

    def test_and_a_single_sale_by_one_of_their_codes_leave_one_winner(
        self, citizen: ApiClient, clerk: ApiClient, register: ApiClient, database: Database, round: int
    ) -> None:
        code = show_code(citizen)
        items = [stored("a-1", code)]

        batch, single = at_once(
            [
                posting(register, PATH, {"items": items}, "unused-key"),
                posting(
                    clerk, "/v1/shop/purchases", {"citizen_code": code, "amount_yen": 1280}, "till-sale-1"
                ),
            ]
        )

        ended = (batch.get_json()["items"][0]["status"], single.status_code)
        assert ended in ((201, 409), (409, 201))
        assert (count(database, Purchase), points_of(citizen)) == (1, 12)

    def test_share_out_a_budget_to_its_last_point(
        self,
        citizen: ApiClient,
        neighbour: ApiClient,
        register: ApiClient,
        clock: Any,
        run_campaign: Run,
        round: int,
    ) -> None:
        run_campaign(fixed_points=30, budget_points=200)
        mine, theirs = opened(citizen, clock, 5), opened(neighbour, clock, 5)
        batches = [
            [stored(f"{name}-{number}", code, 99) for number, code in enumerate(codes)]
            for name, codes in (("a", mine), ("b", theirs))
        ]

        responses = at_once([posting(register, PATH, {"items": items}, "unused-key") for items in batches])

        earned = [
            item["purchase"]["earned_points"] for each in responses for item in each.get_json()["items"]
        ]
        assert sum(earned) == 200
        assert points_of(citizen) + points_of(neighbour) == 200
