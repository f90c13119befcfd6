"""POST /v1/shop/checkouts: points are held while the rest is paid."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from backend.base.database import Database
from backend.points.queries import get_balance
from tests.factories.purchases import (
    KEY,
    OTHER_KEY,
    open_checkout,
    points_of,
    sell,
    show_code,
    take_coupon,
)
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/v1/shop/checkouts"

Give = Callable[..., None]


def attempt(till: ApiClient, code: str, key: str = KEY, **body: Any) -> tuple[int, str]:
    """Status and code of a refusal."""
    sent = {"citizen_code": code, "amount_yen": 1280} | body
    response = till.post(PATH, sent, headers={"Idempotency-Key": key})
    return response.status_code, response.get_json().get("code", "")


class TestOpenCheckout:
    def test_tells_what_is_held_and_what_is_left_to_pay(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, world: World
    ) -> None:
        give_points(500)

        checkout = open_checkout(clerk, show_code(citizen, points_to_spend=200))

        del checkout["id"]
        assert checkout == {
            "shop_id": str(world.shop_id),
            "status": "open",
            "amount_yen": 1280,
            "discount_yen": 0,
            "held_points": 200,
            "to_pay_yen": 1080,
            "earned_points": 10,
            "opened_at": "2026-06-15T03:00:00+00:00",
            "expires_at": "2026-06-15T03:10:00+00:00",
            "purchase_id": None,
        }

    def test_holds_the_points_without_moving_them(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        give_points: Give,
        database: Database,
        world: World,
    ) -> None:
        give_points(500)

        open_checkout(clerk, show_code(citizen, points_to_spend=200))

        accounts = (world.citizen.account_id, world.shop_id)
        balances = [
            database.run(lambda session, id=account_id: get_balance(session, account_id=id))
            for account_id in accounts
        ]
        assert balances == [500, 0]
        assert points_of(citizen) == 300

    def test_records_no_purchase_yet(self, citizen: ApiClient, clerk: ApiClient) -> None:
        open_checkout(clerk, show_code(citizen))

        assert citizen.get("/v1/purchases").get_json()["items"] == []

    def test_holds_nothing_where_the_citizen_spends_nothing(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give
    ) -> None:
        give_points(500)

        checkout = open_checkout(clerk, show_code(citizen))

        assert (checkout["held_points"], checkout["to_pay_yen"], points_of(citizen)) == (0, 1280, 500)

    def test_foretells_nothing_earned_where_the_code_may_not_earn(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        assert open_checkout(clerk, show_code(citizen, scopes=("spend",)))["earned_points"] == 0

    def test_takes_the_discount_of_a_coupon_into_account_without_using_it(
        self, citizen: ApiClient, clerk: ApiClient, make_town_offer: Callable[..., uuid.UUID]
    ) -> None:
        coupon_id = take_coupon(citizen, make_town_offer())

        checkout = open_checkout(clerk, show_code(citizen, scopes=("earn", "coupon"), coupon_ids=[coupon_id]))

        [coupon] = citizen.get("/v1/me/coupons").get_json()["items"]
        assert (checkout["discount_yen"], checkout["to_pay_yen"]) == (50, 1230)
        assert coupon["state"] == "usable"

    def test_uses_the_code_up(self, citizen: ApiClient, clerk: ApiClient, register: ApiClient) -> None:
        code = show_code(citizen)
        open_checkout(clerk, code)

        assert attempt(register, code) == (409, "citizen_code_used")
        assert sell(register, code).get_json()["code"] == "citizen_code_used"

    def test_holds_once_for_the_same_request(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give
    ) -> None:
        give_points(500)
        code = show_code(citizen, points_to_spend=200)

        first = open_checkout(clerk, code)

        assert open_checkout(clerk, code) == first
        assert points_of(citizen) == 300

    def test_holds_anew_what_an_expired_one_held_though_no_job_has_run(
        self, citizen: ApiClient, register: ApiClient, give_points: Give, clock: Any
    ) -> None:
        give_points(500)
        open_checkout(register, show_code(citizen, points_to_spend="all"))
        clock.shift(600)

        checkout = open_checkout(register, show_code(citizen, points_to_spend="all"), key=OTHER_KEY)

        assert checkout["held_points"] == 500


class TestOpenCheckoutRefuses:
    def test_a_code_that_is_over(self, citizen: ApiClient, register: ApiClient, clock: Any) -> None:
        code = show_code(citizen)
        clock.shift(60)

        assert attempt(register, code) == (409, "citizen_code_expired")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"citizen_code": "nonsense"}, "citizen_code_mistyped"),
            ({"amount_yen": 0}, "fields_invalid"),
            ({"amount_yen": "1"}, "fields_invalid"),
            ({"lines": [{"amount_yen": 1}]}, "lines_not_summing_to_amount"),
            ({"coupon_tokens": ["nonsense"]}, "coupon_token_invalid"),
            ({"hold_id": None}, "fields_invalid"),
        ],
    )
    def test_bad_input(self, citizen: ApiClient, clerk: ApiClient, body: dict[str, Any], code: str) -> None:
        assert attempt(clerk, show_code(citizen), **body) == (422, code)

    @on_sqlite
    def test_everybody_who_is_no_shop(self, nobody: ApiClient, citizen: ApiClient, city: ApiClient) -> None:
        code = show_code(citizen)

        assert [attempt(caller, code)[0] for caller in (nobody, citizen, city)] == [401, 403, 403]
