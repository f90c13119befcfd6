"""POST /v1/shop/purchases: a sale to whoever shows their code."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from backend.base.database import Database
from backend.notices.models import Notice
from backend.organisations.models import Shop
from backend.points.queries import get_balance
from backend.purchases.models import Purchase, PurchaseLine
from tests.factories.organisations import make_product, make_register_key, make_shop
from tests.factories.purchases import (
    KEY,
    OTHER_KEY,
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
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/v1/shop/purchases"

Run = Callable[..., uuid.UUID]
Give = Callable[..., None]
MakeOffer = Callable[..., uuid.UUID]


def count(database: Database, model: type[Any]) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]


class TestRecordSale:
    def test_tells_the_till_what_was_sold_and_nothing_of_who_bought_it(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        response = sell(clerk, show_code(citizen), 1280)

        assert response.status_code == 201
        sale = response.get_json()
        del sale["id"]
        assert sale == {
            "amount_yen": 1280,
            "discount_yen": 0,
            "spent_points": 0,
            "to_pay_yen": 1280,
            "earned_points": 12,
            "refunded_yen": 0,
            "done_at": "2026-06-15T03:00:00+00:00",
            "recorded_at": "2026-06-15T03:00:00+00:00",
        }

    def test_is_among_the_citizens_purchases(self, citizen: ApiClient, register: ApiClient) -> None:
        sale = sell(register, show_code(citizen)).get_json()

        [purchase] = citizen.get("/v1/purchases").get_json()["items"]

        assert (purchase["id"], purchase["balance_points"]) == (sale["id"], 12)
        assert points_of(citizen) == 12

    def test_is_announced_to_the_citizen(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        sell(clerk, show_code(citizen))

        kinds = database.run(lambda session: session.scalars(select(Notice.kind)).all())
        assert kinds == ["purchase_recorded"]

    def test_uses_the_code_up(self, citizen: ApiClient, clerk: ApiClient, register: ApiClient) -> None:
        code = show_code(citizen)
        sell(clerk, code)

        assert refusal(sell(register, code)) == (409, "citizen_code_used")

    def test_gives_the_same_answer_to_the_same_request_again(
        self, citizen: ApiClient, clerk: ApiClient, clock: Any, database: Database
    ) -> None:
        """A till that lost the answer asks long after the code is over."""
        code = show_code(citizen)
        sale = sell(clerk, code).get_json()
        clock.shift(3600)

        again = sell(clerk, code)

        assert (again.status_code, again.get_json()) == (201, sale)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert count(database, Purchase) == 1

    def test_counts_a_refused_sale_for_nothing(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        code = show_code(citizen)
        sell(clerk, code, coupon_tokens=["4532 7714 60386"])

        assert sell(clerk, code).status_code == 201
        assert count(database, Purchase) == 1


class TestRecordSaleWithPoints:
    @pytest.mark.parametrize(
        ("wish", "amount_yen", "spent", "to_pay", "earned"),
        [
            ("none", 1280, 0, 1280, 12),
            ("all", 1280, 500, 780, 7),
            ("all", 300, 300, 0, 0),
            (200, 1280, 200, 1080, 10),
            (400, 300, 300, 0, 0),  # the citizen chose before the amount was known
            (900, 1280, 500, 780, 7),  # more than there are
        ],
    )
    def test_spends_as_many_as_were_chosen_and_earns_on_the_rest(
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

        sale = sell(clerk, show_code(citizen, points_to_spend=wish), amount_yen).get_json()

        assert (sale["spent_points"], sale["to_pay_yen"], sale["earned_points"]) == (spent, to_pay, earned)
        assert points_of(citizen) == 500 - spent + earned

    def test_credits_the_shop(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, database: Database, world: World
    ) -> None:
        give_points(500)

        sell(clerk, show_code(citizen, points_to_spend=200))

        shop_points = database.run(lambda session: get_balance(session, account_id=world.shop_id))
        assert shop_points == 200

    def test_tells_the_citizen_what_was_spent_and_what_is_left(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, database: Database
    ) -> None:
        give_points(500)

        sell(clerk, show_code(citizen, points_to_spend=200))

        [purchase] = citizen.get("/v1/purchases").get_json()["items"]
        notice = database.run(lambda session: session.scalars(select(Notice)).one())
        shown = citizen.get("/v1/notices").get_json()["items"][0]
        assert (purchase["spent_points"], purchase["to_pay_yen"]) == (200, 1080)
        assert purchase["balance_points"] == points_of(citizen) == 310
        assert (notice.kind, notice.params["spent_points"]) == ("purchase_paid_with_points", 200)
        assert "使ったポイント 200" in shown["body"]

    def test_rewards_the_whole_amount_where_a_campaign_says_so(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, run_campaign: Run
    ) -> None:
        give_points(500)
        run_campaign(reward={"rate_permille": 50, "amount": "gross"})

        sale = sell(clerk, show_code(citizen, points_to_spend="all"), 1000).get_json()

        assert sale["earned_points"] == 5 + 50

    def test_leaves_alone_what_is_held_for_another_sale(
        self, citizen: ApiClient, clerk: ApiClient, register: ApiClient, give_points: Give
    ) -> None:
        give_points(500)
        open_checkout(clerk, show_code(citizen, points_to_spend=400))

        sale = sell(register, show_code(citizen, points_to_spend="all")).get_json()

        assert sale["spent_points"] == 100

    def test_spends_what_was_held_too_long_though_no_job_has_run(
        self, citizen: ApiClient, register: ApiClient, give_points: Give, clock: Any
    ) -> None:
        give_points(500)
        open_checkout(register, show_code(citizen, points_to_spend=400))
        clock.shift(600)

        sale = sell(register, show_code(citizen, points_to_spend="all"), key=OTHER_KEY).get_json()

        assert sale["spent_points"] == 500
        assert points_of(citizen) == sale["earned_points"]

    def test_spends_no_point_that_is_over(
        self, citizen: ApiClient, register: ApiClient, give_points: Give, clock: Any
    ) -> None:
        give_points(300, days=1)
        give_points(50, days=9)
        clock.shift(86_400)

        sale = sell(register, show_code(citizen, points_to_spend="all")).get_json()

        assert sale["spent_points"] == 50

    def test_spends_no_point_that_is_still_pending(
        self, citizen: ApiClient, clerk: ApiClient, run_campaign: Run
    ) -> None:
        run_campaign(fixed_points=100, pending={"days": 3})
        sell(clerk, show_code(citizen))

        sale = sell(clerk, show_code(citizen, points_to_spend="all"), key=OTHER_KEY).get_json()

        assert sale["spent_points"] == 12


class TestRecordSaleByScopes:
    @pytest.mark.parametrize(
        ("scopes", "wish", "spent", "earned"),
        [
            (("earn",), "none", 0, 10),
            (("spend",), "all", 500, 0),
            (("earn", "spend"), "all", 500, 5),
        ],
    )
    def test_does_only_what_the_citizen_opened_the_code_for(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        give_points: Give,
        scopes: tuple[str, ...],
        wish: str,
        spent: int,
        earned: int,
    ) -> None:
        give_points(500)

        sale = sell(clerk, show_code(citizen, scopes=scopes, points_to_spend=wish), 1000).get_json()

        assert (sale["spent_points"], sale["earned_points"]) == (spent, earned)

    def test_records_a_sale_that_may_not_earn_without_a_verdict(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        sell(clerk, show_code(citizen, scopes=("spend",)))

        [purchase] = citizen.get("/v1/purchases").get_json()["items"]
        assert (purchase["earned_points"], purchase["verdicts"]) == (0, [])


class TestRecordSaleWithCoupons:
    def test_takes_off_the_discount_of_a_coupon_that_the_code_carries(
        self, citizen: ApiClient, clerk: ApiClient, make_town_offer: MakeOffer
    ) -> None:
        coupon_id = take_coupon(citizen, make_town_offer())

        code = show_code(citizen, scopes=("earn", "coupon"), coupon_ids=[coupon_id])
        sale = sell(clerk, code, 1040).get_json()

        assert (sale["discount_yen"], sale["to_pay_yen"], sale["earned_points"]) == (50, 990, 9)
        [coupon] = citizen.get("/v1/me/coupons").get_json()["items"]
        assert (coupon["state"], coupon["purchase_id"]) == ("used", sale["id"])

    def test_takes_off_the_discount_of_a_token_that_is_shown(
        self, citizen: ApiClient, clerk: ApiClient, make_town_offer: MakeOffer
    ) -> None:
        token = coupon_token(citizen, take_coupon(citizen, make_town_offer()))

        sale = sell(clerk, show_code(citizen), coupon_tokens=[token]).get_json()

        assert sale["discount_yen"] == 50

    def test_counts_a_coupon_once_that_is_carried_and_shown(
        self, citizen: ApiClient, clerk: ApiClient, make_town_offer: MakeOffer
    ) -> None:
        coupon_id = take_coupon(citizen, make_town_offer())
        token = coupon_token(citizen, coupon_id)

        code = show_code(citizen, scopes=("earn", "coupon"), coupon_ids=[coupon_id])
        sale = sell(clerk, code, coupon_tokens=[token]).get_json()

        assert sale["discount_yen"] == 50

    def test_takes_points_off_what_the_discount_leaves(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, make_town_offer: MakeOffer
    ) -> None:
        give_points(500)
        token = coupon_token(citizen, take_coupon(citizen, make_town_offer()))

        code = show_code(citizen, points_to_spend="all")
        sale = sell(clerk, code, 300, coupon_tokens=[token]).get_json()

        assert (sale["discount_yen"], sale["spent_points"], sale["to_pay_yen"]) == (50, 250, 0)

    def test_earns_the_extra_points_of_a_campaign_that_names_the_offer(
        self, citizen: ApiClient, clerk: ApiClient, make_town_offer: MakeOffer, run_campaign: Run
    ) -> None:
        offer_id = make_town_offer()
        run_campaign(fixed_points=30, what={"offer_ids": [str(offer_id)]})
        token = coupon_token(citizen, take_coupon(citizen, offer_id))

        without = sell(clerk, show_code(citizen), 1050).get_json()
        with_it = sell(clerk, show_code(citizen), 1050, OTHER_KEY, coupon_tokens=[token]).get_json()

        assert (without["earned_points"], with_it["earned_points"]) == (10, 10 + 30)

    def test_refuses_a_coupon_that_has_been_used(
        self, citizen: ApiClient, clerk: ApiClient, make_town_offer: MakeOffer
    ) -> None:
        token = coupon_token(citizen, take_coupon(citizen, make_town_offer()))
        sell(clerk, show_code(citizen), coupon_tokens=[token])

        again = sell(clerk, show_code(citizen), key=OTHER_KEY, coupon_tokens=[token])

        assert refusal(again) == (409, "coupon_used")

    def test_refuses_somebody_elses_token(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, make_town_offer: MakeOffer
    ) -> None:
        token = coupon_token(neighbour, take_coupon(neighbour, make_town_offer()))

        response = sell(clerk, show_code(citizen), coupon_tokens=[token])

        assert refusal(response) == (422, "coupon_token_invalid")
        assert response.get_json()["errors"][0]["field"] == "coupon_tokens.0"

    def test_refuses_a_coupon_that_asks_for_a_larger_purchase(
        self, citizen: ApiClient, clerk: ApiClient, make_town_offer: MakeOffer
    ) -> None:
        offer_id = make_town_offer(benefit={"discount_yen": 50, "minimum_yen": 1000})
        token = coupon_token(citizen, take_coupon(citizen, offer_id))

        response = sell(clerk, show_code(citizen), 999, coupon_tokens=[token])

        assert refusal(response) == (422, "coupon_minimum_not_met")


class TestRecordSaleWithLines:
    def test_keeps_the_lines_with_the_products_that_their_codes_name(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        product_id = database.run(
            lambda session: make_product(session, shop_id=world.shop_id, at=at, gtin="4901234567894").id
        )
        lines = [
            {"name": "秋鮭", "quantity": 2, "amount_yen": 900, "gtin": "4901234567894"},
            {"amount_yen": 100},
        ]

        sell(clerk, show_code(citizen), 1000, lines=lines)

        kept = database.run(
            lambda session: session.scalars(select(PurchaseLine).order_by(PurchaseLine.position)).all()
        )
        assert [(line.quantity, line.amount_yen, line.product_id) for line in kept] == [
            (2, 900, product_id),
            (1, 100, None),
        ]

    def test_rewards_the_product_that_a_campaign_names(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        world: World,
        at: datetime,
        run_campaign: Run,
    ) -> None:
        database.run(
            lambda session: make_product(session, shop_id=world.shop_id, at=at, gtin="4901234567894").id
        )
        run_campaign(
            reward={"rate_permille": 100, "amount_of": "matching_lines"},
            what={"products": [{"gtins": ["4901234567894"]}]},
        )
        lines = [{"amount_yen": 600, "gtin": "4901234567894"}, {"amount_yen": 400}]

        sale = sell(clerk, show_code(citizen), 1000, lines=lines).get_json()

        assert sale["earned_points"] == 10 + 60

    def test_refuses_lines_that_do_not_sum_to_the_amount(self, citizen: ApiClient, clerk: ApiClient) -> None:
        response = sell(clerk, show_code(citizen), 1000, lines=[{"amount_yen": 999}])

        assert refusal(response) == (422, "lines_not_summing_to_amount")
        assert response.get_json()["errors"][0]["field"] == "lines"

    def test_names_the_line_whose_code_is_wrong(self, citizen: ApiClient, clerk: ApiClient) -> None:
        lines = [{"amount_yen": 500}, {"amount_yen": 500, "gtin": "4901234567890"}]

        response = sell(clerk, show_code(citizen), 1000, lines=lines)

        assert refusal(response) == (422, "gtin_invalid")
        assert response.get_json()["errors"][0]["field"] == "lines.1.gtin"


class TestRecordSaleRefuses:
    def test_a_code_that_is_over(self, citizen: ApiClient, register: ApiClient, clock: Any) -> None:
        code = show_code(citizen)
        clock.shift(60)

        assert refusal(sell(register, code)) == (409, "citizen_code_expired")

    def test_a_code_after_which_the_citizen_opened_another(
        self, citizen: ApiClient, register: ApiClient, clock: Any
    ) -> None:
        code = show_code(citizen)
        clock.shift(1)
        show_code(citizen)

        assert refusal(sell(register, code)) == (409, "citizen_code_expired")

    def test_a_code_that_nobody_opened(self, clerk: ApiClient, world: World) -> None:
        assert refusal(sell(clerk, "0000 0000 00000")) == (404, "citizen_code_unknown")

    @pytest.mark.parametrize("code", ["1234567890124", "めぐり", "https://evil.example/m/0000000000000", " "])
    def test_a_code_that_is_mistyped(self, clerk: ApiClient, code: str) -> None:
        assert refusal(sell(clerk, code)) == (422, "citizen_code_mistyped")

    def test_a_sale_at_a_shop_that_does_not_take_part(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        code = show_code(citizen)
        database.run(lambda session: session.execute(update(Shop).values(status="suspended")))

        assert refusal(sell(clerk, code)) == (409, "shop_not_active")

    def test_a_sale_in_another_shops_name(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, at: datetime
    ) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at, name_ja="よその店").id)

        response = sell(clerk, show_code(citizen), shop_id=str(other_id))

        assert refusal(response) == (404, "shop_not_found")

    def test_a_register_that_may_only_issue_codes(
        self, app: Any, citizen: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        key = database.run(
            lambda session: make_register_key(session, shop_id=world.shop_id, at=at, scopes=("codes",))
        )

        assert sell(ApiClient(app, key), show_code(citizen)).status_code == 403

    @on_sqlite
    def test_everybody_who_is_no_shop(self, nobody: ApiClient, citizen: ApiClient, city: ApiClient) -> None:
        code = show_code(citizen)

        assert [sell(caller, code).status_code for caller in (nobody, citizen, city)] == [401, 403, 403]


@on_sqlite
class TestRecordSaleBadInput:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"amount_yen": 0}, "amount_yen"),
            ({"amount_yen": -1}, "amount_yen"),
            ({"amount_yen": 10_000_000}, "amount_yen"),
            ({"amount_yen": 10**30}, "amount_yen"),
            ({"amount_yen": "100"}, "amount_yen"),
            ({"amount_yen": 1.5}, "amount_yen"),
            ({"amount_yen": None}, "amount_yen"),
            ({"amount_yen": True}, "amount_yen"),
            ({"citizen_code": None}, "citizen_code"),
            ({"citizen_code": 5}, "citizen_code"),
            ({"citizen_code": "x" * 513}, "citizen_code"),
            ({"citizen_code": "a\x00"}, "citizen_code"),
            ({"coupon_tokens": "x"}, "coupon_tokens"),
            ({"coupon_tokens": [None]}, "coupon_tokens.0"),
            ({"coupon_tokens": [[]]}, "coupon_tokens.0"),
            ({"coupon_tokens": ["x"] * 11}, "coupon_tokens"),
            ({"shop_id": "x"}, "shop_id"),
            ({"lines": []}, "lines"),
            ({"lines": {}}, "lines"),
            ({"lines": [None]}, "lines.0"),
            ({"lines": [{}]}, "lines.0.amount_yen"),
            ({"lines": [{"amount_yen": -1}]}, "lines.0.amount_yen"),
            ({"lines": [{"amount_yen": 1, "quantity": 0}]}, "lines.0.quantity"),
            ({"lines": [{"amount_yen": 1, "quantity": 10_000}]}, "lines.0.quantity"),
            ({"lines": [{"amount_yen": 1, "tax_permille": 1001}]}, "lines.0.tax_permille"),
            ({"lines": [{"amount_yen": 1, "product_id": None}]}, "lines.0.product_id"),
            ({"lines": [{"amount_yen": 0}] * 201}, "lines"),
            ({"points_to_spend": 5}, "points_to_spend"),
        ],
    )
    def test_names_the_field_at_fault(self, clerk: ApiClient, body: dict[str, Any], field: str) -> None:
        sent = {"citizen_code": "0000 0000 00000", "amount_yen": 100} | body

        response = clerk.post(PATH, sent, headers={"Idempotency-Key": KEY})

        assert refusal(response) == (422, "fields_invalid")
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    def test_wants_a_key(self, clerk: ApiClient) -> None:
        response = clerk.post(PATH, {"citizen_code": "0000 0000 00000", "amount_yen": 100})

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "Idempotency-Key"

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"amount_yen": 1e400}', b"[" * 60_000])
    def test_refuses_a_body_of_another_shape(self, clerk: ApiClient, body: bytes) -> None:
        response = clerk.post(
            PATH, data=body, content_type="application/json", headers={"Idempotency-Key": KEY}
        )

        assert response.status_code in (400, 422)
