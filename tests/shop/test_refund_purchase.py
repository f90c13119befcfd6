"""POST /v1/shop/purchases/{id}/refunds: what was earned and spent goes where it came from."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.campaigns.models import Campaign, CampaignCounter
from backend.notices.models import Notice
from backend.points.models import PointsDebt
from backend.points.queries import get_balance
from backend.points.service.movements import lapse_expired_lots
from backend.purchases.models import Refund
from tests.factories.credentials import PASSWORD
from tests.factories.credentials import register as enrol
from tests.factories.purchases import (
    OTHER_KEY,
    buy,
    complete,
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

pytestmark = pytest.mark.usefixtures("proven_ledger")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Run = Callable[..., uuid.UUID]
Give = Callable[..., None]
MakeOffer = Callable[..., uuid.UUID]


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]


def budget_of(database: Database, campaign_id: uuid.UUID) -> int:
    """What a campaign's budget has left."""

    def work(session: Session) -> int:
        account_id = session.get_one(Campaign, campaign_id).funding_account_id
        assert account_id is not None
        return get_balance(session, account_id=account_id)

    return database.run(work)


def debts_of(database: Database) -> list[int]:
    """What is still owed, oldest first."""
    query = select(PointsDebt.owed_points).order_by(PointsDebt.id)
    return list(database.run(lambda session: session.scalars(query).all()))


class TestRefundPurchase:
    def test_of_all_that_is_left_tells_the_money_to_hand_back(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        purchase = buy(citizen, clerk, 1000)

        response = refund(clerk, purchase["id"], reason="サイズ違い")

        assert response.status_code == 201
        refunded = response.get_json()
        del refunded["id"]
        assert refunded == {
            "purchase_id": purchase["id"],
            "amount_yen": 1000,
            "cash_yen": 1000,
            "returned_points": 0,
            "discount_yen": 0,
            "reclaimed_points": 10,
            "reason": "サイズ違い",
            "refunded_at": "2026-06-15T03:00:00+00:00",
        }

    def test_takes_earned_points_back_to_their_budget(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, world: World
    ) -> None:
        before = budget_of(database, world.base_campaign_id)
        purchase = buy(citizen, clerk, 1000)

        refund(clerk, purchase["id"])

        assert (points_of(citizen), budget_of(database, world.base_campaign_id)) == (0, before)

    def test_takes_each_award_back_to_its_own_budget(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, run_campaign: Run
    ) -> None:
        campaign_id = run_campaign(rate_permille=50, budget_points=1000)
        purchase = buy(citizen, clerk, 1000)

        refund(clerk, purchase["id"], amount_yen=500)

        assert (points_of(citizen), budget_of(database, campaign_id)) == (30, 1000 - 25)

    def test_takes_pending_points_back(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, run_campaign: Run
    ) -> None:
        campaign_id = run_campaign(fixed_points=100, pending={"days": 7}, budget_points=1000)
        purchase = buy(citizen, clerk, 1000)

        refunded = refund(clerk, purchase["id"]).get_json()

        assert refunded["reclaimed_points"] == 110
        assert citizen.get("/v1/me/points").get_json()["pending_points"] == 0
        assert budget_of(database, campaign_id) == 1000

    def test_is_told_to_the_citizen(self, citizen: ApiClient, clerk: ApiClient, database: Database) -> None:
        purchase = buy(citizen, clerk, 1000)

        refund(clerk, purchase["id"], amount_yen=400)

        notice = database.run(
            lambda session: session.scalars(select(Notice).where(Notice.kind == "purchase_refunded")).one()
        )
        assert notice.params == {
            "shop": {"ja": "麦と汽笛", "en": None},
            "amount_yen": 400,
            "cash_yen": 400,
            "returned_points": 0,
            "reclaimed_points": 4,
            "purchase_id": purchase["id"],
        }
        assert citizen.get(f"/v1/purchases/{purchase['id']}").get_json()["refunded_yen"] == 400

    def test_fills_a_budget_that_was_found_empty(
        self, citizen: ApiClient, clerk: ApiClient, run_campaign: Run
    ) -> None:
        run_campaign(rate_permille=50, budget_points=30)
        purchase = buy(citizen, clerk, 1000)
        refund(clerk, purchase["id"])

        again = buy(citizen, clerk, 1000, OTHER_KEY)

        assert [verdict["points"] for verdict in again["verdicts"]] == [10, 30]


class TestRefundInParts:
    def test_gives_back_the_same_part_of_everything(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, make_town_offer: MakeOffer
    ) -> None:
        give_points(250)
        token = coupon_token(citizen, take_coupon(citizen, make_town_offer()))
        code = show_code(citizen, points_to_spend="all")
        sale = sell(clerk, code, 1000, coupon_tokens=[token]).get_json()

        refunded = refund(clerk, sale["id"], amount_yen=500).get_json()

        parts = ("cash_yen", "returned_points", "discount_yen", "reclaimed_points")
        assert [refunded[part] for part in parts] == [350, 125, 25, 4]

    def test_never_goes_above_the_original(self, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk, 1000)
        refund(clerk, purchase["id"], "refund-1", amount_yen=600)

        too_much = refund(clerk, purchase["id"], "refund-2", amount_yen=401)
        rest = refund(clerk, purchase["id"], "refund-3", amount_yen=400)
        nothing_left = refund(clerk, purchase["id"], "refund-4")

        assert refusal(too_much) == (409, "refund_above_rest")
        assert rest.status_code == 201
        assert refusal(nothing_left) == (409, "refund_above_rest")

    def test_leaves_nothing_however_small_they_are(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, database: Database, world: World
    ) -> None:
        give_points(7)
        sale = sell(clerk, show_code(citizen, points_to_spend="all"), 110).get_json()

        refunds = [
            refund(clerk, sale["id"], f"refund-{yen}", amount_yen=yen).get_json() for yen in (13, 1, 29, 67)
        ]

        assert sum(each["cash_yen"] for each in refunds) == 103
        assert sum(each["returned_points"] for each in refunds) == points_of(citizen) == 7
        assert sum(each["reclaimed_points"] for each in refunds) == sale["earned_points"] == 1
        assert database.run(lambda session: get_balance(session, account_id=world.shop_id)) == 0

    def test_is_done_once_for_the_same_request(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        purchase = buy(citizen, clerk, 1000)
        first = refund(clerk, purchase["id"], amount_yen=100)

        again = refund(clerk, purchase["id"], amount_yen=100)

        count = database.run(lambda session: session.scalar(select(func.count(Refund.id))))
        assert (again.get_json(), count) == (first.get_json(), 1)


class TestRefundOfLines:
    @pytest.fixture
    def purchase_id(self, citizen: ApiClient, clerk: ApiClient) -> str:
        """Three loaves for 1,000 yen, butter for 500."""
        lines = [{"quantity": 3, "amount_yen": 1000}, {"amount_yen": 500}]
        return str(record(citizen, issue(clerk, 1500, lines=lines)["url"]).get_json()["id"])

    def test_gives_back_what_the_pieces_cost(self, clerk: ApiClient, purchase_id: str) -> None:
        refunded = refund(clerk, purchase_id, lines=[{"position": 1, "quantity": 2}]).get_json()

        assert (refunded["amount_yen"], refunded["reclaimed_points"]) == (666, 7)

    def test_gives_the_last_piece_what_is_left_of_its_line(self, clerk: ApiClient, purchase_id: str) -> None:
        one = [{"position": 1, "quantity": 1}]

        amounts = [
            refund(clerk, purchase_id, f"refund-{number}", lines=one).get_json()["amount_yen"]
            for number in range(3)
        ]

        assert (amounts, sum(amounts)) == ([333, 333, 334], 1000)

    def test_takes_several_lines_at_once(self, clerk: ApiClient, purchase_id: str) -> None:
        lines = [{"position": 2, "quantity": 1}, {"position": 1, "quantity": 3}]

        assert refund(clerk, purchase_id, lines=lines).get_json()["amount_yen"] == 1500

    def test_refuses_more_pieces_than_are_left(self, clerk: ApiClient, purchase_id: str) -> None:
        refund(clerk, purchase_id, "refund-1", lines=[{"position": 1, "quantity": 2}])

        response = refund(clerk, purchase_id, "refund-2", lines=[{"position": 1, "quantity": 2}])

        assert refusal(response) == (409, "refund_above_rest")
        assert response.get_json()["errors"][0]["field"] == "lines"

    def test_refuses_lines_of_which_an_amount_was_given_back(
        self, clerk: ApiClient, purchase_id: str
    ) -> None:
        refund(clerk, purchase_id, "refund-1", amount_yen=1200)

        response = refund(clerk, purchase_id, "refund-2", lines=[{"position": 2, "quantity": 1}])

        assert refusal(response) == (409, "refund_above_rest")
        assert response.get_json()["errors"][0]["field"] == "lines"

    @pytest.mark.parametrize(
        "lines",
        [
            [{"position": 3, "quantity": 1}],
            [{"position": 1, "quantity": 1}, {"position": 1, "quantity": 1}],
        ],
    )
    def test_refuses_lines_it_cannot_tell(
        self, clerk: ApiClient, purchase_id: str, lines: list[dict[str, int]]
    ) -> None:
        assert refusal(refund(clerk, purchase_id, lines=lines)) == (422, "refund_line_unknown")

    def test_refuses_lines_of_a_purchase_without_any(self, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk)

        response = refund(clerk, purchase["id"], lines=[{"position": 1, "quantity": 1}])

        assert refusal(response) == (422, "refund_line_unknown")

    def test_refuses_an_amount_beside_lines(self, clerk: ApiClient, purchase_id: str) -> None:
        response = refund(clerk, purchase_id, lines=[{"position": 2, "quantity": 1}], amount_yen=500)

        assert refusal(response) == (422, "refund_ambiguous")

    def test_takes_back_goods_that_cost_nothing(self, citizen: ApiClient, clerk: ApiClient) -> None:
        lines = [{"amount_yen": 1000}, {"name": "おまけ", "amount_yen": 0}]
        purchase = record(citizen, issue(clerk, 1000, lines=lines)["url"]).get_json()

        refunded = refund(clerk, purchase["id"], lines=[{"position": 2, "quantity": 1}])

        assert (refunded.status_code, refunded.get_json()["reclaimed_points"]) == (201, 0)


class TestRefundOfPointsSpentAlready:
    @pytest.fixture
    def purchase_id(self, citizen: ApiClient, clerk: ApiClient, run_campaign: Run) -> str:
        """It earned 110 points, 100 of which have been spent."""
        run_campaign(fixed_points=100, what={"minimum_yen": 1000})
        purchase_id = str(buy(citizen, clerk, 1000)["id"])
        assert record(citizen, issue(clerk, 100)["url"], "spending", points_to_spend=100).status_code == 201
        return purchase_id

    def test_leaves_a_debt(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, purchase_id: str
    ) -> None:
        refunded = refund(clerk, purchase_id).get_json()

        assert (refunded["reclaimed_points"], points_of(citizen)) == (110, 0)
        assert sum(debts_of(database)) == 100

    def test_is_repaid_by_the_next_purchase_first(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, purchase_id: str
    ) -> None:
        refund(clerk, purchase_id)

        purchase = buy(citizen, clerk, 900, OTHER_KEY)

        assert (purchase["earned_points"], purchase["balance_points"]) == (9, 0)
        assert (points_of(citizen), sum(debts_of(database))) == (0, 91)

    def test_leaves_the_citizen_what_is_above_the_debt(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, purchase_id: str
    ) -> None:
        refund(clerk, purchase_id)

        purchase = buy(citizen, clerk, 1000, OTHER_KEY)

        assert (purchase["earned_points"], purchase["balance_points"]) == (110, 10)
        assert (points_of(citizen), sum(debts_of(database))) == (10, 0)

    def test_leaves_held_points_to_the_shop_they_are_held_for(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, run_campaign: Run
    ) -> None:
        purchase = buy(citizen, clerk, 1000)
        checkout = open_checkout(clerk, show_code(citizen, points_to_spend="all"), key=OTHER_KEY)

        refund(clerk, purchase["id"])

        assert debts_of(database) == [10]
        assert complete(clerk, checkout).get_json()["spent_points"] == 10

    def test_forgives_what_lapsed(
        self,
        citizen: ApiClient,
        register: ApiClient,
        database: Database,
        run_campaign: Run,
        clock: Any,
        at: datetime,
    ) -> None:
        run_campaign(fixed_points=100, lifetime={"days": 1})
        purchase = buy(citizen, register, 1000)
        clock.shift(timedelta(days=3))
        database.run(lambda session: lapse_expired_lots(session, at=at + timedelta(days=3)))

        refund(register, purchase["id"])

        assert (points_of(citizen), debts_of(database)) == (0, [])


class TestRefundOfSpentPoints:
    def test_gives_them_back_to_the_citizen_and_off_the_shop(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, database: Database, world: World
    ) -> None:
        give_points(500)
        sale = sell(clerk, show_code(citizen, points_to_spend=300), 1000).get_json()

        refunded = refund(clerk, sale["id"]).get_json()

        assert (refunded["cash_yen"], refunded["returned_points"]) == (700, 300)
        assert points_of(citizen) == 500
        assert database.run(lambda session: get_balance(session, account_id=world.shop_id)) == 0

    @pytest.mark.parametrize(
        ("days", "expires_at"),
        [
            (30, "2026-07-15T03:00:00+00:00"),  # as before
            (3, "2026-06-29T15:00:00+00:00"),  # the end of the fourteenth day
        ],
    )
    def test_lets_them_end_as_before_though_not_sooner_than_in_two_weeks(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, days: int, expires_at: str
    ) -> None:
        give_points(300, days=days)
        sale = sell(clerk, show_code(citizen, scopes=("spend",), points_to_spend="all"), 1000).get_json()

        refund(clerk, sale["id"])

        expiries = citizen.get("/v1/me/points").get_json()["next_expiries"]
        assert expiries == [{"expires_at": expires_at, "points": 300}]

    def test_lets_them_pay_for_what_is_reclaimed(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give, database: Database
    ) -> None:
        give_points(100)
        sale = sell(clerk, show_code(citizen, points_to_spend="all"), 1100).get_json()
        record(citizen, issue(clerk, 10)["url"], "spending", points_to_spend=10)

        refund(clerk, sale["id"])

        assert (points_of(citizen), debts_of(database)) == (90, [])

    def test_of_a_completed_checkout_gives_back_what_was_posted(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Give
    ) -> None:
        give_points(500)
        checkout = open_checkout(clerk, show_code(citizen, points_to_spend="all"), 1000)
        sale = complete(clerk, checkout, amount_yen=400).get_json()

        refunded = refund(clerk, sale["id"]).get_json()

        assert (refunded["returned_points"], points_of(citizen)) == (400, 500)


class TestRefundOfCoupons:
    @pytest.fixture
    def sale(self, citizen: ApiClient, clerk: ApiClient, make_town_offer: MakeOffer) -> dict[str, Any]:
        token = coupon_token(citizen, take_coupon(citizen, make_town_offer()))
        sale: dict[str, Any] = sell(clerk, show_code(citizen), 1000, coupon_tokens=[token]).get_json()
        return sale

    def test_gives_the_coupon_back_with_the_last_yen(
        self, citizen: ApiClient, clerk: ApiClient, sale: dict[str, Any]
    ) -> None:
        refunded = refund(clerk, sale["id"]).get_json()

        [coupon] = citizen.get("/v1/me/coupons").get_json()["items"]
        assert (refunded["cash_yen"], refunded["discount_yen"]) == (950, 50)
        assert coupon["state"] == "usable"

    def test_keeps_it_while_a_part_is_left(
        self, citizen: ApiClient, clerk: ApiClient, sale: dict[str, Any]
    ) -> None:
        refund(clerk, sale["id"], amount_yen=999)

        [coupon] = citizen.get("/v1/me/coupons").get_json()["items"]
        assert coupon["state"] == "used"

    def test_lets_it_be_used_again(self, citizen: ApiClient, clerk: ApiClient, sale: dict[str, Any]) -> None:
        refund(clerk, sale["id"])
        [coupon] = citizen.get("/v1/me/coupons").get_json()["items"]
        token = coupon_token(citizen, coupon["id"])

        again = sell(clerk, show_code(citizen), 1000, OTHER_KEY, coupon_tokens=[token]).get_json()

        assert again["discount_yen"] == 50


class TestRefundAndCaps:
    def test_frees_what_it_took_back(self, citizen: ApiClient, clerk: ApiClient, run_campaign: Run) -> None:
        run_campaign(rate_permille=50, day_cap_points=50)
        refund(clerk, buy(citizen, clerk, 1000, "purchase-1")["id"])

        again = buy(citizen, clerk, 1000, "purchase-2")
        beyond = buy(citizen, clerk, 1000, "purchase-3")

        assert [verdict["points"] for verdict in again["verdicts"]] == [10, 50]
        assert [verdict["points"] for verdict in beyond["verdicts"]] == [10, 0]

    def test_frees_no_more_than_it_took_back(
        self, citizen: ApiClient, clerk: ApiClient, run_campaign: Run
    ) -> None:
        run_campaign(rate_permille=50, day_cap_points=50)
        refund(clerk, buy(citizen, clerk, 1000, "purchase-1")["id"], amount_yen=400)

        again = buy(citizen, clerk, 1000, "purchase-2")

        assert [verdict["points"] for verdict in again["verdicts"]] == [10, 20]

    def test_frees_how_often_one_is_rewarded_with_the_last_yen_only(
        self, citizen: ApiClient, clerk: ApiClient, run_campaign: Run
    ) -> None:
        run_campaign(
            fixed_points=40, caps=[{"per": "person", "within": "campaign", "awards": 1}], slug="once"
        )
        purchase = buy(citizen, clerk, 1000, "purchase-1")
        refund(clerk, purchase["id"], "refund-1", amount_yen=999)
        while_a_yen_is_left = buy(citizen, clerk, 1000, "purchase-2")
        refund(clerk, purchase["id"], "refund-2")

        after_it = buy(citizen, clerk, 1000, "purchase-3")

        assert [verdict["points"] for verdict in while_a_yen_is_left["verdicts"]] == [10, 0]
        assert [verdict["points"] for verdict in after_it["verdicts"]] == [10, 40]

    def test_counts_off_the_day_on_which_it_was_bought(
        self, citizen: ApiClient, register: ApiClient, run_campaign: Run, clock: Any, database: Database
    ) -> None:
        run_campaign(rate_permille=50, day_cap_points=50)
        purchase = buy(citizen, register, 1000, "purchase-1")
        clock.shift(timedelta(days=1))
        buy(citizen, register, 1000, "purchase-2")

        refund(register, purchase["id"])

        counted = select(CampaignCounter.awarded_points).order_by(CampaignCounter.period_on)
        assert database.run(lambda session: session.scalars(counted).all()) == [0, 50]


class TestRefundRefuses:
    def test_a_purchase_whose_buyer_left(
        self, nobody: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        member = enrol(nobody)
        purchase = buy(member, clerk, 50)  # not even a point earned
        assert member.delete("/v1/me", {"password": PASSWORD}).status_code == 200

        assert refusal(refund(clerk, purchase["id"])) == (409, "account_closed")

    def test_a_purchase_that_is_not_there(self, clerk: ApiClient) -> None:
        assert refusal(refund(clerk, str(uuid.uuid4()))) == (404, "purchase_not_found")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"amount_yen": 0}, "amount_yen"),
            ({"amount_yen": -5}, "amount_yen"),
            ({"amount_yen": "5"}, "amount_yen"),
            ({"amount_yen": 10**19}, "amount_yen"),
            ({"lines": []}, "lines"),
            ({"lines": "all"}, "lines"),
            ({"lines": [{"position": 1}]}, "lines.0.quantity"),
            ({"lines": [{"position": 0, "quantity": 1}]}, "lines.0.position"),
            ({"lines": [{"position": 1, "quantity": -1}]}, "lines.0.quantity"),
            ({"reason": "x" * 201}, "reason"),
            ({"reason": "a\x00b"}, "reason"),
            ({"cash_yen": 5}, "cash_yen"),
        ],
    )
    @on_sqlite
    def test_bad_input(self, citizen: ApiClient, clerk: ApiClient, body: dict[str, Any], field: str) -> None:
        response = refund(clerk, buy(citizen, clerk)["id"], **body)

        assert refusal(response) == (422, "fields_invalid")
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    @on_sqlite
    def test_everybody_who_is_no_shop(
        self, nobody: ApiClient, citizen: ApiClient, clerk: ApiClient, city: ApiClient
    ) -> None:
        purchase_id = buy(citizen, clerk)["id"]

        responses = [refund(caller, purchase_id) for caller in (nobody, citizen, city)]

        assert [response.status_code for response in responses] == [401, 403, 403]
