"""POST /v1/shop/checkouts/{id}/completion: the purchase is recorded, once."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.base.database import Database
from backend.points.models import PointsHold
from backend.points.queries import get_balance
from backend.points.service.holds import expire_holds
from backend.purchases.models import Purchase
from tests.factories.credentials import PASSWORD
from tests.factories.credentials import register as enrol
from tests.factories.purchases import (
    OTHER_KEY,
    complete,
    coupon_token,
    open_checkout,
    points_of,
    sell,
    show_code,
    take_coupon,
)
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
PATH = "/v1/shop/checkouts"

Give = Callable[..., None]
MakeOffer = Callable[..., uuid.UUID]


@pytest.fixture
def checkout(citizen: ApiClient, register: ApiClient, give_points: Give) -> dict[str, Any]:
    """Of 1,280 yen, with 200 of 500 points held."""
    give_points(500)
    return open_checkout(register, show_code(citizen, points_to_spend=200))


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]


def count_purchases(database: Database) -> int:
    return database.run(lambda session: session.scalar(select(func.count(Purchase.id))) or 0)


class TestCompleteCheckout:
    def test_records_the_purchase_with_what_it_earns(
        self, register: ApiClient, checkout: dict[str, Any]
    ) -> None:
        response = complete(register, checkout)

        assert response.status_code == 201
        sale = response.get_json()
        assert (sale["amount_yen"], sale["spent_points"], sale["to_pay_yen"]) == (1280, 200, 1080)
        assert sale["earned_points"] == checkout["earned_points"] == 10

    def test_moves_the_held_points_to_the_shop(
        self,
        citizen: ApiClient,
        register: ApiClient,
        checkout: dict[str, Any],
        database: Database,
        world: World,
    ) -> None:
        complete(register, checkout)

        shop_points = database.run(lambda session: get_balance(session, account_id=world.shop_id))
        assert (shop_points, points_of(citizen)) == (200, 300 + 10)

    def test_tells_the_citizen_the_balance_that_is_left(
        self, citizen: ApiClient, register: ApiClient, checkout: dict[str, Any]
    ) -> None:
        complete(register, checkout)

        [purchase] = citizen.get("/v1/purchases").get_json()["items"]
        assert purchase["balance_points"] == points_of(citizen) == 310

    def test_frees_what_a_smaller_sale_does_not_need(
        self, citizen: ApiClient, register: ApiClient, checkout: dict[str, Any]
    ) -> None:
        sale = complete(register, checkout, amount_yen=150).get_json()

        [purchase] = citizen.get("/v1/purchases").get_json()["items"]
        assert (sale["amount_yen"], sale["spent_points"], sale["to_pay_yen"]) == (150, 150, 0)
        assert purchase["balance_points"] == points_of(citizen) == 350

    def test_takes_the_lines_of_the_smaller_sale(self, register: ApiClient, checkout: dict[str, Any]) -> None:
        sale = complete(register, checkout, amount_yen=700, lines=[{"name": "パン", "amount_yen": 700}])

        [line] = register.get(f"/v1/shop/purchases/{sale.get_json()['id']}").get_json()["lines"]
        assert (line["name"], line["amount_yen"]) == ("パン", 700)

    def test_keeps_the_lines_it_was_opened_with(self, citizen: ApiClient, register: ApiClient) -> None:
        opened = open_checkout(
            register, show_code(citizen), 1000, lines=[{"amount_yen": 400}, {"amount_yen": 600}]
        )

        sale = complete(register, opened).get_json()

        lines = register.get(f"/v1/shop/purchases/{sale['id']}").get_json()["lines"]
        assert [line["amount_yen"] for line in lines] == [400, 600]

    def test_records_a_sale_that_held_nothing(self, citizen: ApiClient, register: ApiClient) -> None:
        opened = open_checkout(register, show_code(citizen), 1000)

        assert complete(register, opened).get_json()["earned_points"] == 10

    def test_earns_nothing_where_the_code_might_not(self, citizen: ApiClient, register: ApiClient) -> None:
        opened = open_checkout(register, show_code(citizen, scopes=("spend",)), 1000)

        assert complete(register, opened).get_json()["earned_points"] == 0

    def test_spends_held_points_that_are_over_since(
        self, citizen: ApiClient, register: ApiClient, give_points: Give, clock: Any
    ) -> None:
        """The citizen handed them over in time; what the sale does not need has lapsed."""
        give_points(100, days=1)
        clock.move_to(datetime.fromisoformat("2026-06-16T11:59:00+09:00"))
        opened = open_checkout(register, show_code(citizen, points_to_spend="all"))
        clock.shift(120)

        sale = complete(register, opened, amount_yen=60).get_json()

        [purchase] = citizen.get("/v1/purchases").get_json()["items"]
        assert sale["spent_points"] == 60
        assert purchase["balance_points"] == points_of(citizen) == 0

    def test_frees_what_is_held_where_discounts_alone_pay(
        self, citizen: ApiClient, register: ApiClient, give_points: Give, make_town_offer: MakeOffer
    ) -> None:
        give_points(500)
        token = coupon_token(citizen, take_coupon(citizen, make_town_offer()))
        opened = open_checkout(
            register, show_code(citizen, points_to_spend="all"), 300, coupon_tokens=[token]
        )

        sale = complete(register, opened, amount_yen=40).get_json()

        assert (sale["discount_yen"], sale["spent_points"], sale["to_pay_yen"]) == (40, 0, 0)
        assert points_of(citizen) == 500

    def test_uses_the_coupon_though_its_token_is_over_meanwhile(
        self, citizen: ApiClient, register: ApiClient, make_town_offer: MakeOffer, clock: Any
    ) -> None:
        token = coupon_token(citizen, take_coupon(citizen, make_town_offer()))
        opened = open_checkout(register, show_code(citizen), coupon_tokens=[token])
        clock.shift(300)

        sale = complete(register, opened).get_json()

        [coupon] = citizen.get("/v1/me/coupons").get_json()["items"]
        assert (sale["discount_yen"], coupon["purchase_id"]) == (50, sale["id"])

    def test_honours_a_coupon_whose_offer_ends_while_the_rest_is_paid(
        self,
        citizen: ApiClient,
        register: ApiClient,
        make_town_offer: MakeOffer,
        at: datetime,
        clock: Any,
    ) -> None:
        until = at + timedelta(minutes=5)
        offer_id = make_town_offer(displayed_until=until, usable_until=until)
        token = coupon_token(citizen, take_coupon(citizen, offer_id))
        opened = open_checkout(register, show_code(citizen), coupon_tokens=[token])
        clock.shift(360)

        assert complete(register, opened).get_json()["discount_yen"] == 50


class TestCompleteCheckoutAgain:
    def test_gives_the_same_answer_to_the_same_request(
        self, register: ApiClient, checkout: dict[str, Any], database: Database, clock: Any
    ) -> None:
        first = complete(register, checkout)
        clock.shift(3600)

        again = complete(register, checkout)

        assert (again.status_code, again.get_json()) == (201, first.get_json())
        assert count_purchases(database) == 1

    def test_is_refused_as_another_request(
        self, register: ApiClient, checkout: dict[str, Any], database: Database
    ) -> None:
        complete(register, checkout)

        assert refusal(complete(register, checkout, OTHER_KEY)) == (409, "checkout_closed")
        assert count_purchases(database) == 1


class TestCompleteCheckoutRefuses:
    def test_one_that_was_cancelled(
        self, citizen: ApiClient, register: ApiClient, checkout: dict[str, Any]
    ) -> None:
        register.delete(f"{PATH}/{checkout['id']}")

        assert refusal(complete(register, checkout)) == (409, "checkout_closed")
        assert points_of(citizen) == 500

    @pytest.mark.parametrize(("seconds", "status"), [(599, 201), (600, 409), (86_400, 409)])
    def test_one_whose_time_is_over(
        self, register: ApiClient, checkout: dict[str, Any], clock: Any, seconds: int, status: int
    ) -> None:
        clock.shift(seconds)

        response = complete(register, checkout)

        assert response.status_code == status
        assert response.get_json().get("code") in (None, "checkout_expired")

    def test_one_whose_hold_the_job_has_ended(
        self,
        citizen: ApiClient,
        register: ApiClient,
        checkout: dict[str, Any],
        clock: Any,
        database: Database,
        at: datetime,
    ) -> None:
        clock.shift(600)
        ended = database.run(lambda session: expire_holds(session, at=at + timedelta(seconds=600)))

        assert ended == 1
        assert refusal(complete(register, checkout)) == (409, "checkout_expired")
        assert points_of(citizen) == 500

    def test_an_amount_above_what_the_citizen_saw(
        self, register: ApiClient, checkout: dict[str, Any], database: Database
    ) -> None:
        response = complete(register, checkout, amount_yen=1281)

        assert refusal(response) == (422, "checkout_amount_raised")
        assert response.get_json()["errors"][0]["field"] == "amount_yen"
        assert count_purchases(database) == 0

    def test_a_coupon_that_was_used_elsewhere_meanwhile(
        self, citizen: ApiClient, register: ApiClient, make_town_offer: MakeOffer
    ) -> None:
        coupon_id = take_coupon(citizen, make_town_offer())
        carried = {"scopes": ("earn", "coupon"), "coupon_ids": [coupon_id]}
        opened = open_checkout(register, show_code(citizen, **carried))
        sell(register, show_code(citizen, **carried), key=OTHER_KEY)

        assert refusal(complete(register, opened)) == (409, "coupon_used")

    def test_one_of_a_citizen_who_left(
        self, nobody: ApiClient, register: ApiClient, database: Database
    ) -> None:
        member = enrol(nobody)
        opened = open_checkout(register, show_code(member))
        assert member.delete("/v1/me", {"password": PASSWORD}).status_code == 200

        assert refusal(complete(register, opened)) == (404, "checkout_not_found")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"amount_yen": 0}, "amount_yen"),
            ({"amount_yen": "100"}, "amount_yen"),
            ({"amount_yen": 10**20}, "amount_yen"),
            ({"lines": [{"amount_yen": 100}]}, "amount_yen"),  # which sum?
            ({"lines": []}, "lines"),
            ({"citizen_code": "x"}, "citizen_code"),
        ],
    )
    def test_bad_input(
        self, register: ApiClient, checkout: dict[str, Any], body: dict[str, Any], field: str
    ) -> None:
        response = complete(register, checkout, **body)

        assert refusal(response) == (422, "fields_invalid")
        assert response.get_json()["errors"][0]["field"] == field

    def test_lines_that_do_not_sum_to_the_amount(self, register: ApiClient, checkout: dict[str, Any]) -> None:
        response = complete(register, checkout, amount_yen=100, lines=[{"amount_yen": 99}])

        assert refusal(response) == (422, "lines_not_summing_to_amount")

    def test_a_checkout_that_is_not_there(self, register: ApiClient, world: World) -> None:
        unknown = {"id": uuid.uuid4()}

        responses = [complete(register, unknown), complete(register, unknown, OTHER_KEY, amount_yen=5)]

        assert [refusal(response) for response in responses] == [(404, "checkout_not_found")] * 2


class TestHold:
    def test_ends_posted_with_what_was_spent_of_it(
        self, register: ApiClient, checkout: dict[str, Any], database: Database
    ) -> None:
        complete(register, checkout, amount_yen=150)

        hold = database.run(lambda session: session.scalars(select(PointsHold)).one())
        assert (hold.status, hold.points, hold.posted_points) == ("posted", 200, 150)
