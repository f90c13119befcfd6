"""POST /v1/purchases, paid in part with points and coupons."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.base.database import Database
from backend.notices.models import Notice
from backend.points.queries import get_balance
from backend.purchases.models import Purchase
from tests.factories.purchases import (
    KEY,
    OTHER_KEY,
    buy,
    coupon_token,
    issue,
    open_checkout,
    points_of,
    record,
    refund,
    sell,
    show_code,
    take_coupon,
)
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

pytestmark = pytest.mark.usefixtures("proven_ledger")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

Give = Callable[..., None]
Run = Callable[..., uuid.UUID]
MakeOffer = Callable[..., uuid.UUID]


def count_purchases(database: Database) -> int:
    return database.run(lambda session: session.scalar(select(func.count(Purchase.id))) or 0)


def refusal(response: Any) -> tuple[int, str, str]:
    """Status, code, the field at fault."""
    problem = response.get_json()
    return response.status_code, problem["code"], problem["errors"][0]["field"]


class TestPayWithPoints:
    @pytest.mark.parametrize(
        ("wish", "amount_yen", "spent", "to_pay", "earned"),
        [
            ("none", 1280, 0, 1280, 12),
            ("all", 1280, 500, 780, 7),
            ("all", 300, 300, 0, 0),
            (200, 1280, 200, 1080, 10),
            (500, 500, 500, 0, 0),
        ],
    )
    def test_spends_what_was_chosen_and_earns_on_the_rest(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        give_points: Give,
        wish: int | str,
        amount_yen: int,
        spent: int,
        to_pay: int,
        earned: int,
    ) -> None:
        give_points(500)

        purchase = record(citizen, issue(clerk, amount_yen)["url"], points_to_spend=wish).get_json()

        told = (purchase["spent_points"], purchase["to_pay_yen"], purchase["earned_points"])
        assert told == (spent, to_pay, earned)
        assert purchase["balance_points"] == points_of(citizen) == 500 - spent + earned

    def test_credits_the_shop(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, database: Database, world: World
    ) -> None:
        give_points(500)

        record(citizen, issue(clerk)["url"], points_to_spend=200)

        assert database.run(lambda session: get_balance(session, account_id=world.shop_id)) == 200

    def test_says_so_in_the_notice(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, database: Database
    ) -> None:
        give_points(500)

        record(citizen, issue(clerk)["url"], points_to_spend="all")

        kinds = database.run(lambda session: session.scalars(select(Notice.kind)).all())
        assert kinds == ["purchase_paid_with_points"]

    def test_rewards_the_whole_amount_where_a_campaign_says_so(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, run_campaign: Run
    ) -> None:
        give_points(500)
        run_campaign(reward={"rate_permille": 50, "amount": "gross"})

        purchase = record(citizen, issue(clerk, 1000)["url"], points_to_spend="all").get_json()

        assert purchase["earned_points"] == 5 + 50

    def test_takes_what_ends_first(self, citizen: ApiClient, clerk: ApiClient, give_points: Give) -> None:
        give_points(100, days=20)
        give_points(100, days=10)

        record(citizen, issue(clerk, 100)["url"], points_to_spend="all")

        expiries = citizen.get("/v1/me/points").get_json()["next_expiries"]
        assert expiries == [{"expires_at": "2026-07-05T03:00:00+00:00", "points": 100}]

    def test_spends_what_was_held_too_long_though_no_job_has_run(
        self, citizen: ApiClient, register: ApiClient, give_points: Give, clock: Any
    ) -> None:
        give_points(500)
        open_checkout(register, show_code(citizen, points_to_spend=400))
        clock.shift(600)

        purchase = record(citizen, issue(register)["url"], points_to_spend=500).get_json()

        assert (purchase["spent_points"], purchase["balance_points"]) == (500, 7)

    def test_repays_a_debt_out_of_what_it_earns_not_out_of_what_it_spends(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give
    ) -> None:
        earned = buy(citizen, clerk, 1000)
        record(citizen, issue(clerk, 10)["url"], "spending", points_to_spend="all")
        refund(clerk, earned["id"])
        give_points(50)  # which repays ten of them

        purchase = record(citizen, issue(clerk, 1000)["url"], OTHER_KEY, points_to_spend="all").get_json()

        assert (purchase["spent_points"], purchase["earned_points"]) == (40, 9)
        assert purchase["balance_points"] == points_of(citizen) == 9


class TestPayWithPointsRefuses:
    def test_more_than_there_is_to_pay(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, database: Database
    ) -> None:
        give_points(500)

        response = record(citizen, issue(clerk, 300)["url"], points_to_spend=301)

        assert refusal(response) == (422, "points_above_price", "points_to_spend")
        assert count_purchases(database) == 0

    def test_more_than_can_be_spent_and_says_how_many_can(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give
    ) -> None:
        give_points(500)
        code = issue(clerk)

        response = record(citizen, code["url"], points_to_spend=501)

        assert refusal(response) == (409, "points_not_enough", "points_to_spend")
        assert "500" in response.get_json()["detail"]
        assert clerk.get(f"/v1/shop/codes/{code['id']}").get_json()["status"] == "open"

    def test_what_is_held_for_another_sale(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give
    ) -> None:
        give_points(500)
        open_checkout(clerk, show_code(citizen, points_to_spend=400))

        response = record(citizen, issue(clerk)["url"], points_to_spend=101)

        assert refusal(response) == (409, "points_not_enough", "points_to_spend")

    def test_what_is_over_though_no_job_has_run(
        self, citizen: ApiClient, register: ApiClient, give_points: Give, clock: Any
    ) -> None:
        give_points(500, days=1)
        clock.shift(timedelta(days=1))

        response = record(citizen, issue(register)["url"], points_to_spend=1)

        assert refusal(response) == (409, "points_not_enough", "points_to_spend")

    @on_sqlite
    @pytest.mark.parametrize(
        "wish", [0, -1, 10_000_000, 10**30, 1.5, "5", "ALL", "", None, True, [], {}, ["all"]]
    )
    def test_a_wish_that_means_nothing(self, citizen: ApiClient, clerk: ApiClient, wish: Any) -> None:
        response = record(citizen, issue(clerk)["url"], points_to_spend=wish)

        assert refusal(response) == (422, "fields_invalid", "points_to_spend")


class TestPayWithPointsAgain:
    def test_is_the_same_purchase(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, database: Database
    ) -> None:
        give_points(500)
        url = issue(clerk)["url"]
        first = record(citizen, url, points_to_spend=200)

        again = record(citizen, url, points_to_spend=200)

        assert (again.status_code, again.get_json()) == (201, first.get_json())
        assert (count_purchases(database), points_of(citizen)) == (1, 310)

    @pytest.mark.parametrize("body", [{"points_to_spend": 100}, {"points_to_spend": "all"}, {}])
    def test_is_another_request_with_another_wish(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, body: dict[str, Any]
    ) -> None:
        give_points(500)
        url = issue(clerk)["url"]
        record(citizen, url, points_to_spend=200)

        response = record(citizen, url, **body)

        assert refusal(response) == (422, "idempotency_key_reused", "Idempotency-Key")


class TestPayWithCoupons:
    def test_takes_the_discount_off_before_points_and_awards(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, make_town_offer: MakeOffer
    ) -> None:
        give_points(500)
        coupon_id = take_coupon(citizen, make_town_offer())

        purchase = record(
            citizen, issue(clerk, 1000)["url"], points_to_spend=150, coupon_ids=[coupon_id]
        ).get_json()

        assert (purchase["discount_yen"], purchase["spent_points"], purchase["to_pay_yen"]) == (50, 150, 800)
        assert purchase["earned_points"] == 8

    def test_uses_several_of_different_offers(
        self, citizen: ApiClient, clerk: ApiClient, make_town_offer: MakeOffer
    ) -> None:
        coupon_ids = [
            take_coupon(citizen, make_town_offer()),
            take_coupon(citizen, make_town_offer(benefit={"discount_permille": 100})),
        ]

        purchase = record(citizen, issue(clerk, 1000)["url"], coupon_ids=coupon_ids).get_json()

        states = [coupon["state"] for coupon in citizen.get("/v1/me/coupons").get_json()["items"]]
        assert (purchase["discount_yen"], states) == (150, ["used", "used"])

    def test_refuses_somebody_elses(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, make_town_offer: MakeOffer
    ) -> None:
        coupon_id = take_coupon(neighbour, make_town_offer())

        response = record(citizen, issue(clerk)["url"], coupon_ids=[coupon_id])

        assert refusal(response) == (404, "coupon_not_found", "coupon_ids.0")

    def test_refuses_one_that_has_been_used(
        self, citizen: ApiClient, clerk: ApiClient, make_town_offer: MakeOffer
    ) -> None:
        coupon_id = take_coupon(citizen, make_town_offer())
        token = coupon_token(citizen, coupon_id)
        assert sell(clerk, show_code(citizen), coupon_tokens=[token]).status_code == 201

        response = record(citizen, issue(clerk)["url"], coupon_ids=[coupon_id])

        assert refusal(response) == (409, "coupon_used", "coupon_ids.0")

    @on_sqlite
    @pytest.mark.parametrize("coupon_ids", ["x", ["x"], [None], [5], {}, [str(uuid.uuid4())] * 11])
    def test_refuses_bad_input(self, citizen: ApiClient, clerk: ApiClient, coupon_ids: Any) -> None:
        response = record(citizen, issue(clerk)["url"], coupon_ids=coupon_ids)

        assert (response.status_code, response.get_json()["code"]) == (422, "fields_invalid")


class TestPayWithPointsStatements:
    @on_postgresql
    def test_takes_one_more_for_the_lots_on_postgresql(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, database: Database
    ) -> None:
        give_points(500)
        buy(citizen, clerk, key=OTHER_KEY)
        url = issue(clerk)["url"]

        with asked_statements(database, frames=True) as statements:
            record(citizen, url, KEY, points_to_spend="all")

        assert len(statements) == 4
