"""POST /v1/shop/purchases/{id}/refunds, of purchases that stamped cards: progress and rewards roll back."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from backend.base.database import Database
from backend.offers.models import Offer
from backend.points.models import PointsDebt
from tests.factories.organisations import make_register_key, make_shop
from tests.factories.purchases import (
    buy,
    coupon_token,
    issue,
    points_of,
    record,
    refund,
    sell,
    show_code,
)
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")

Run = Callable[..., uuid.UUID]
MakeOffer = Callable[..., uuid.UUID]
SMALL = 99  # yen: stamps a card, and earns nothing from the base programme


@pytest.fixture
def tills(app: Any, register: ApiClient, database: Database, at: datetime) -> list[ApiClient]:
    """Of three shops."""

    def work(session: Any) -> list[str]:
        shops = [make_shop(session, at=at, name_ja=name) for name in ("魚屋", "花屋")]
        return [make_register_key(session, shop_id=shop.id, at=at) for shop in shops]

    return [register, *(ApiClient(app, key) for key in database.run(work))]


@pytest.fixture
def rally(run_campaign: Run) -> Run:
    """Two distinct shops, then 100 points, unless told otherwise."""

    def rally(*, slug: str = "rally", what: dict[str, Any] | None = None, **card: Any) -> uuid.UUID:
        usual = {"distinct": "shops", "target": 2, "reward": {"points": 100}}
        return run_campaign(slug=slug, stamp_card=usual | card, what=what or {})

    return rally


def cards_of(citizen: ApiClient) -> list[tuple[int, int]]:
    """Of each campaign: stamps on the card to fill next, and cards filled."""
    items = citizen.get("/v1/me/stamp-cards").get_json()["items"]
    return [(item["given"], item["completed_cards"]) for item in items]


def buy_everywhere(citizen: ApiClient, tills: list[ApiClient], amount_yen: int = SMALL) -> list[str]:
    """The purchases' ids."""
    return [
        str(buy(citizen, till, amount_yen, f"purchase-{number}")["id"]) for number, till in enumerate(tills)
    ]


class TestRefundOfAStamp:
    def test_takes_it_back_with_the_last_yen(
        self, citizen: ApiClient, tills: list[ApiClient], rally: Run
    ) -> None:
        rally()
        [purchase_id] = buy_everywhere(citizen, tills[:1])
        refund(tills[0], purchase_id, "refund-1", amount_yen=98)
        in_part = cards_of(citizen)

        refund(tills[0], purchase_id, "refund-2")

        assert (in_part, cards_of(citizen)) == ([(1, 0)], [(0, 0)])

    def test_takes_it_back_where_less_is_left_than_the_campaign_asks_for(
        self, citizen: ApiClient, tills: list[ApiClient], rally: Run
    ) -> None:
        rally(what={"minimum_yen": 500})
        [purchase_id] = buy_everywhere(citizen, tills[:1], 1000)
        refund(tills[0], purchase_id, "refund-1", amount_yen=500)
        enough_left = cards_of(citizen)

        refund(tills[0], purchase_id, "refund-2", amount_yen=1)

        assert (enough_left, cards_of(citizen)) == ([(1, 0)], [(0, 0)])

    def test_leaves_the_stamp_of_another_campaign_that_asks_for_less(
        self, citizen: ApiClient, tills: list[ApiClient], rally: Run
    ) -> None:
        rally(slug="asks-for-less")
        rally(slug="asks-for-more", what={"minimum_yen": 500})
        [purchase_id] = buy_everywhere(citizen, tills[:1], 1000)

        refund(tills[0], purchase_id, amount_yen=800)

        assert sorted(cards_of(citizen)) == [(0, 0), (1, 0)]

    def test_takes_back_the_one_for_a_product_with_its_last_piece(
        self, citizen: ApiClient, register: ApiClient, rally: Run
    ) -> None:
        gtin = "4901234567894"
        rally(distinct="products", what={"products": [{"gtins": [gtin]}]})
        lines = [{"quantity": 2, "amount_yen": 600, "gtin": gtin}, {"amount_yen": 400}]
        purchase = record(citizen, issue(register, 1000, lines=lines)["url"]).get_json()
        piece = [{"position": 1, "quantity": 1}]
        refund(register, purchase["id"], "refund-1", lines=piece)
        one_left = cards_of(citizen)

        refund(register, purchase["id"], "refund-2", lines=piece)

        assert (one_left, cards_of(citizen)) == ([(1, 0)], [(0, 0)])

    def test_lets_the_same_shop_stamp_again(
        self, citizen: ApiClient, tills: list[ApiClient], rally: Run
    ) -> None:
        rally()
        [purchase_id] = buy_everywhere(citizen, tills[:1])
        refund(tills[0], purchase_id)

        purchase = buy(citizen, tills[0], SMALL, "purchase-again")

        assert [verdict["code"] for verdict in purchase["verdicts"]] == ["amount_too_small", "stamp_given"]


class TestRefundOfACompletedCard:
    @pytest.mark.parametrize("refunded", [0, 1])
    def test_reclaims_its_reward_whichever_purchase_is_refunded(
        self, citizen: ApiClient, tills: list[ApiClient], rally: Run, refunded: int
    ) -> None:
        rally()
        purchase_ids = buy_everywhere(citizen, tills[:2])
        before = (points_of(citizen), cards_of(citizen))

        answer = refund(tills[refunded], purchase_ids[refunded]).get_json()

        assert before == (100, [(2, 1)])
        assert answer["reclaimed_points"] == 100
        assert (points_of(citizen), cards_of(citizen)) == (0, [(1, 0)])

    def test_reclaims_it_once_though_both_are_refunded(
        self, citizen: ApiClient, tills: list[ApiClient], rally: Run, database: Database
    ) -> None:
        rally()
        purchase_ids = buy_everywhere(citizen, tills[:2])
        refund(tills[0], purchase_ids[0])

        second = refund(tills[1], purchase_ids[1]).get_json()

        debts = database.run(lambda session: session.scalars(select(PointsDebt)).all())
        assert (second["reclaimed_points"], points_of(citizen), debts) == (0, 0, [])

    def test_reclaims_all_of_it_though_only_a_part_is_refunded(
        self, citizen: ApiClient, tills: list[ApiClient], rally: Run
    ) -> None:
        rally(what={"minimum_yen": 90})
        purchase_ids = buy_everywhere(citizen, tills[:2])

        answer = refund(tills[1], purchase_ids[1], amount_yen=10).get_json()

        assert (answer["reclaimed_points"], points_of(citizen)) == (100, 0)

    def test_reclaims_what_a_refund_in_part_had_left_of_it(
        self, citizen: ApiClient, tills: list[ApiClient], rally: Run
    ) -> None:
        rally()
        purchase_ids = buy_everywhere(citizen, tills[:2], 90)
        in_part = refund(tills[1], purchase_ids[1], amount_yen=45).get_json()

        other = refund(tills[0], purchase_ids[0]).get_json()

        assert (in_part["reclaimed_points"], other["reclaimed_points"]) == (50, 50)
        assert points_of(citizen) == 0

    def test_leaves_a_debt_where_the_reward_has_been_spent(
        self, citizen: ApiClient, tills: list[ApiClient], rally: Run, database: Database
    ) -> None:
        rally()
        purchase_ids = buy_everywhere(citizen, tills[:2])
        record(citizen, issue(tills[2], 80)["url"], "spending", points_to_spend="all")

        refund(tills[0], purchase_ids[0])

        owed = database.run(lambda session: session.scalars(select(PointsDebt.owed_points)).all())
        assert owed == [80]

    def test_lets_it_be_completed_and_rewarded_again(
        self, citizen: ApiClient, tills: list[ApiClient], rally: Run
    ) -> None:
        rally()
        purchase_ids = buy_everywhere(citizen, tills[:2])
        refund(tills[0], purchase_ids[0])

        purchase = buy(citizen, tills[2], SMALL, "purchase-again")

        assert purchase["verdicts"][1]["code"] == "stamp_card_completed"
        assert (points_of(citizen), cards_of(citizen)) == (100, [(2, 1)])


class TestRefundOfACardRewardedWithACoupon:
    @pytest.fixture
    def offer_id(self, make_town_offer: MakeOffer, rally: Run) -> uuid.UUID:
        """One of the last two."""
        offer_id = make_town_offer(stock=2)
        rally(reward={"offer_id": str(offer_id)})
        return offer_id

    def test_withdraws_the_coupon(
        self, citizen: ApiClient, tills: list[ApiClient], offer_id: uuid.UUID, database: Database
    ) -> None:
        purchase_ids = buy_everywhere(citizen, tills[:2])
        granted = citizen.get("/v1/me/coupons").get_json()["items"]

        refund(tills[0], purchase_ids[0])

        left = database.run(lambda session: session.get_one(Offer, offer_id).stock_left)
        assert [coupon["state"] for coupon in granted] == ["usable"]
        assert citizen.get("/v1/me/coupons").get_json()["items"] == []
        assert (left, cards_of(citizen)) == (2, [(1, 0)])

    def test_leaves_one_that_was_taken_like_any_other(
        self, citizen: ApiClient, tills: list[ApiClient], offer_id: uuid.UUID
    ) -> None:
        taken = citizen.post(f"/v1/offers/{offer_id}/coupons").get_json()["id"]
        purchase_ids = buy_everywhere(citizen, tills[:2])

        refund(tills[0], purchase_ids[0])

        left = citizen.get("/v1/me/coupons").get_json()["items"]
        assert [coupon["id"] for coupon in left] == [taken]

    def test_leaves_a_used_one_and_the_card_as_full_as_it_was(
        self, citizen: ApiClient, tills: list[ApiClient], offer_id: uuid.UUID
    ) -> None:
        purchase_ids = buy_everywhere(citizen, tills[:2])
        [coupon] = citizen.get("/v1/me/coupons").get_json()["items"]
        token = coupon_token(citizen, coupon["id"])
        sell(tills[0], show_code(citizen, scopes=("spend",)), SMALL, coupon_tokens=[token])

        refund(tills[0], purchase_ids[0])

        again = buy(citizen, tills[2], SMALL, "purchase-again")
        assert again["verdicts"][1]["code"] == "stamp_card_full"
        states = [coupon["state"] for coupon in citizen.get("/v1/me/coupons").get_json()["items"]]
        assert states == ["used"]
