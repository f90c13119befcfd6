"""Many tills at once, on real databases: what one citizen spends, holds and gets back, and the ledger after it."""

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.base.database import Database
from backend.campaigns.models import Campaign, CampaignCard, CampaignStamp
from backend.offers.models import Coupon
from backend.people.code_models import OfflineCodeUse
from backend.people.models import Citizen
from backend.points.models import PointsDebt
from backend.points.queries import get_balance
from backend.purchases.models import Purchase, Refund
from tests.factories.cards import CONSENTS, PIN, WRONG_PIN, held_card, points_on, print_cards
from tests.factories.cards import balance as balance_of
from tests.factories.offline import enrol
from tests.factories.purchases import (
    buy,
    coupon_token,
    issue,
    open_checkout,
    points_of,
    record,
    sell,
    show_code,
    take_coupon,
)
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("proven_ledger")]

Give = Callable[..., None]
Run = Callable[..., uuid.UUID]
Work = Callable[[], Any]
ROUNDS = range(4)


def at_once(works: Sequence[Work]) -> list[Any]:
    """What each gives; all are let go in the same moment."""
    gate = Barrier(len(works))

    def go(work: Work) -> Any:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(go, works))


def posting(caller: ApiClient, path: str, body: dict[str, Any], key: str) -> Work:
    """A request without the checks of ApiClient, which would only keep the threads apart."""
    headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": key}
    return lambda: caller.app.test_client().post(path, json=body, headers=headers)


def scanning(citizen: ApiClient, url: str, key: str, **body: Any) -> Work:
    return posting(citizen, "/v1/purchases", {"scanned": url, **body}, key)


def refunding(till: ApiClient, purchase_id: str, key: str, **body: Any) -> Work:
    return posting(till, f"/v1/shop/purchases/{purchase_id}/refunds", body, key)


def cancelling(till: ApiClient, checkout: dict[str, Any]) -> Work:
    headers = {"Authorization": f"Bearer {till.token}"}
    path = f"/v1/shop/checkouts/{checkout['id']}"
    return lambda: till.app.test_client().delete(path, headers=headers)


def statuses(responses: Sequence[Any]) -> list[int]:
    return sorted(response.status_code for response in responses)


def answered(responses: Sequence[Any], name: str) -> int:
    """The sum over those that were carried out."""
    return sum(response.get_json()[name] for response in responses if response.status_code == 201)


def count(database: Database, model: type[Any]) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


def balance(database: Database, account_id: uuid.UUID) -> int:
    return database.run(lambda session: get_balance(session, account_id=account_id))


class TestOneCitizensPoints:
    @pytest.mark.parametrize("round", ROUNDS)
    def test_are_spent_once_by_two_codes(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        give_points: Give,
        database: Database,
        world: World,
        round: int,
    ) -> None:
        give_points(500)
        urls = [issue(clerk, 90)["url"] for _ in range(2)]
        works = [scanning(citizen, url, f"purchase-{url[-12:]}", points_to_spend=90) for url in urls]

        responses = at_once([*works, *works])

        assert statuses(responses) == [201] * 4
        assert count(database, Purchase) == 2
        assert (points_of(citizen), balance(database, world.shop_id)) == (320, 180)

    @pytest.mark.parametrize("round", ROUNDS)
    def test_go_to_one_of_two_that_want_them_all(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        give_points: Give,
        database: Database,
        world: World,
        round: int,
    ) -> None:
        give_points(50)
        urls = [issue(clerk, 90)["url"] for _ in range(3)]

        responses = at_once(
            [
                scanning(citizen, url, f"purchase-{number}", points_to_spend=50)
                for number, url in enumerate(urls)
            ]
        )

        assert statuses(responses) == [201, 409, 409]
        assert (points_of(citizen), balance(database, world.shop_id)) == (0, 50)

    @pytest.mark.parametrize("round", ROUNDS)
    def test_are_spent_by_one_of_two_tills_that_read_the_same_code(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        register: ApiClient,
        give_points: Give,
        database: Database,
        round: int,
    ) -> None:
        give_points(500)
        body = {"citizen_code": show_code(citizen, points_to_spend="all"), "amount_yen": 300}

        responses = at_once(
            [
                posting(till, "/v1/shop/purchases", body, f"till-sale-{number}")
                for number, till in enumerate([clerk, register, clerk])
            ]
        )

        assert statuses(responses) == [201, 409, 409]
        assert (count(database, Purchase), points_of(citizen)) == (1, 200)

    @pytest.mark.parametrize("round", ROUNDS)
    def test_are_held_for_one_sale_or_spent_on_the_other(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        register: ApiClient,
        give_points: Give,
        database: Database,
        world: World,
        round: int,
    ) -> None:
        give_points(30)
        give_points(20)
        code = show_code(citizen, points_to_spend="all")
        url = issue(clerk, 90)["url"]

        held, scanned = at_once(
            [
                posting(
                    register, "/v1/shop/checkouts", {"citizen_code": code, "amount_yen": 90}, "checkout-1"
                ),
                scanning(citizen, url, "purchase-1", points_to_spend="all"),
            ]
        )

        assert (held.status_code, scanned.status_code) == (201, 201)
        used = (held.get_json()["held_points"], scanned.get_json()["spent_points"])
        assert used in ((50, 0), (0, 50))
        assert balance(database, world.shop_id) == used[1]


class TestACodeMadeWithoutANetwork:
    @pytest.mark.parametrize("round", ROUNDS)
    def test_is_used_by_one_of_many_tills(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        register: ApiClient,
        give_points: Give,
        database: Database,
        round: int,
    ) -> None:
        give_points(500)
        body = {"citizen_code": enrol(citizen, spend_max_points=300).show("spend"), "amount_yen": 300}

        responses = at_once(
            [
                posting(till, f"/v1/shop/{noun}", body, f"till-sale-{number}")
                for number, (till, noun) in enumerate(
                    [
                        (clerk, "purchases"),
                        (register, "purchases"),
                        (clerk, "checkouts"),
                        (register, "checkouts"),
                    ]
                )
            ]
        )

        assert statuses(responses) == [201, 409, 409, 409]
        assert {response.get_json().get("code") for response in responses} == {None, "citizen_code_used"}
        assert count(database, OfflineCodeUse) == 1


class TestACardAndAnApp:
    @pytest.mark.parametrize("round", ROUNDS)
    def test_become_one_while_the_card_and_the_telephone_buy(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient, register: ApiClient, round: int
    ) -> None:
        """Whichever is first: nothing is lost, and both sides tell the same afterwards."""
        card = held_card(city)
        sell(clerk, card.number, 9000, key="bought-before")
        url = issue(register, 300)["url"]

        linked, by_card, by_telephone = at_once(
            [
                posting(citizen, "/v1/me/cards", {"card": card.number, "pin": PIN}, "link"),
                posting(
                    clerk,
                    "/v1/shop/purchases",
                    {"citizen_code": card.number, "amount_yen": 200},
                    "sale-by-card",
                ),
                scanning(citizen, url, "purchase-1"),
            ]
        )

        assert statuses([linked, by_card, by_telephone]) == [201, 201, 201]
        assert points_of(citizen) == points_on(clerk, card) == 95
        assert len(citizen.get("/v1/purchases").get_json()["items"]) == 3

    @pytest.mark.parametrize("round", ROUNDS)
    def test_are_joined_by_one_of_two(
        self, city: ApiClient, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, round: int
    ) -> None:
        card = held_card(city)
        sell(clerk, card.number)
        body = {"card": card.number, "pin": PIN}

        responses = at_once([posting(one, "/v1/me/cards", body, "link") for one in (citizen, neighbour)])

        assert statuses(responses) == [201, 409]
        assert sorted((points_of(citizen), points_of(neighbour))) == [0, 12]


class TestACard:
    @pytest.mark.parametrize("round", ROUNDS)
    def test_is_handed_to_one_person(self, city: ApiClient, database: Database, round: int) -> None:
        [card] = print_cards(city)
        before = count(database, Citizen)
        body = {"card": card.number, "pin": PIN, "consents": CONSENTS}

        responses = at_once([posting(city, "/v1/city/cards/handovers", body, "hand-out")] * 4)

        assert statuses(responses) == [201, 409, 409, 409]
        assert count(database, Citizen) == before + 1

    @pytest.mark.parametrize("round", ROUNDS)
    def test_lets_no_try_of_its_pin_go_uncounted(self, city: ApiClient, clerk: ApiClient, round: int) -> None:
        card = held_card(city)
        body = {"card": card.number, "pin": WRONG_PIN}

        responses = at_once([posting(clerk, "/v1/shop/card-codes", body, "try")] * 8)

        assert statuses(responses) == [409] * 3 + [422] * 5
        assert balance_of(clerk, card).get_json()["code"] == "card_pin_locked"


class TestACheckout:
    @pytest.mark.parametrize("amount", [{}, {"amount_yen": 80}])
    @pytest.mark.parametrize("round", ROUNDS)
    def test_is_completed_or_cancelled(
        self,
        citizen: ApiClient,
        register: ApiClient,
        give_points: Give,
        database: Database,
        round: int,
        amount: dict[str, int],
    ) -> None:
        give_points(50)
        checkout = open_checkout(register, show_code(citizen, points_to_spend="all"), 90)
        path = f"/v1/shop/checkouts/{checkout['id']}/completion"

        completed, cancelled = at_once(
            [posting(register, path, amount, "completion-1"), cancelling(register, checkout)]
        )

        ended = (completed.status_code, cancelled.status_code)
        assert ended in ((201, 409), (409, 200))
        assert (count(database, Purchase), points_of(citizen)) == ((1, 0) if ended[0] == 201 else (0, 50))

    @pytest.mark.parametrize("wish", ["all", "none"])
    @pytest.mark.parametrize("round", ROUNDS)
    def test_is_completed_once_by_several_requests(
        self,
        citizen: ApiClient,
        register: ApiClient,
        give_points: Give,
        database: Database,
        round: int,
        wish: str,
    ) -> None:
        give_points(50)
        checkout = open_checkout(register, show_code(citizen, points_to_spend=wish), 90)
        path = f"/v1/shop/checkouts/{checkout['id']}/completion"

        responses = at_once([posting(register, path, {}, f"completion-{number}") for number in range(3)])

        assert statuses(responses) == [201, 409, 409]
        assert count(database, Purchase) == 1


class TestRefunds:
    @pytest.mark.parametrize("round", ROUNDS)
    def test_never_give_back_more_than_there_was(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        give_points: Give,
        database: Database,
        world: World,
        round: int,
    ) -> None:
        give_points(300)
        purchase = record(citizen, issue(clerk, 1000)["url"], points_to_spend="all").get_json()

        responses = at_once(
            [refunding(clerk, purchase["id"], f"refund-{number}", amount_yen=400) for number in range(4)]
        )

        assert statuses(responses) == [201, 201, 409, 409]
        assert answered(responses, "amount_yen") == 800
        assert answered(responses, "returned_points") == 240
        assert balance(database, world.shop_id) == 60

    @pytest.mark.parametrize("round", ROUNDS)
    def test_are_done_once_for_one_request(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, round: int
    ) -> None:
        purchase = buy(citizen, clerk, 1000)

        responses = at_once([refunding(clerk, purchase["id"], "refund-1", amount_yen=400)] * 4)

        assert statuses(responses) == [201] * 4
        assert len({response.get_json()["id"] for response in responses}) == 1
        assert count(database, Refund) == 1

    @pytest.mark.parametrize("round", ROUNDS)
    def test_and_the_spending_of_what_was_earned_lose_no_point(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        world: World,
        run_campaign: Run,
        round: int,
    ) -> None:
        run_campaign(fixed_points=90, what={"minimum_yen": 1000})
        purchase = buy(citizen, clerk, 1000)
        url = issue(clerk, 99)["url"]

        refunded, spent = at_once(
            [
                refunding(clerk, purchase["id"], "refund-1"),
                scanning(citizen, url, "spending", points_to_spend=60),
            ]
        )

        owed = database.run(lambda session: session.scalar(select(func.sum(PointsDebt.owed_points)))) or 0
        assert refunded.status_code == 201
        assert (spent.status_code, int(owed), balance(database, world.shop_id)) in (
            (201, 60, 60),
            (409, 0, 0),
        )
        assert points_of(citizen) == 0

    @pytest.mark.parametrize("round", ROUNDS)
    def test_and_the_completion_of_a_card_leave_no_reward_for_too_few_stamps(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        run_campaign: Run,
        round: int,
    ) -> None:
        card = {"distinct": "products", "target": 2, "reward": {"points": 100}}
        products = ("4901234567894", "4912345678904")
        run_campaign(stamp_card=card, what={"products": [{"gtins": list(products)}]})
        urls = [issue(clerk, 99, lines=[{"amount_yen": 99, "gtin": product}])["url"] for product in products]
        first = record(citizen, urls[0]).get_json()

        responses = at_once(
            [refunding(clerk, first["id"], "refund-1"), scanning(citizen, urls[1], "the-second")]
        )

        assert statuses(responses) == [201, 201]
        assert (count(database, CampaignStamp), count(database, CampaignCard)) == (1, 0)
        assert points_of(citizen) == 0

    @pytest.mark.parametrize("round", ROUNDS)
    def test_of_both_purchases_of_a_card_reclaim_its_reward_once(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        run_campaign: Run,
        round: int,
    ) -> None:
        card = {"distinct": "products", "target": 2, "reward": {"points": 100}}
        products = ("4901234567894", "4912345678904")
        run_campaign(stamp_card=card, what={"products": [{"gtins": list(products)}]})
        purchase_ids = [
            record(
                citizen, issue(clerk, 99, lines=[{"amount_yen": 99, "gtin": product}])["url"], product
            ).get_json()["id"]
            for product in products
        ]

        responses = at_once([refunding(clerk, each, f"refund-{each}") for each in purchase_ids])

        assert statuses(responses) == [201, 201]
        assert answered(responses, "reclaimed_points") == 100
        assert count(database, PointsDebt) == 0


class TestTheLastPoint:
    @pytest.mark.parametrize("round", ROUNDS)
    def test_of_a_budget_goes_to_one_till_or_the_other(
        self,
        citizen: ApiClient,
        neighbour: ApiClient,
        clerk: ApiClient,
        register: ApiClient,
        database: Database,
        run_campaign: Run,
        round: int,
    ) -> None:
        campaign_id = run_campaign(fixed_points=7, budget_points=8)
        code = show_code(neighbour)

        responses = at_once(
            [
                scanning(citizen, issue(clerk, 99)["url"], "purchase-1"),
                posting(
                    register, "/v1/shop/purchases", {"citizen_code": code, "amount_yen": 99}, "till-sale-1"
                ),
            ]
        )

        left = database.run(
            lambda session: get_balance(
                session, account_id=session.get_one(Campaign, campaign_id).funding_account_id
            )
        )
        assert statuses(responses) == [201, 201]
        assert sorted(response.get_json()["earned_points"] for response in responses) == [1, 7]
        assert left == 0


class TestACoupon:
    @pytest.mark.parametrize("round", ROUNDS)
    def test_is_used_with_one_purchase_of_two(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        register: ApiClient,
        database: Database,
        make_town_offer: Callable[..., uuid.UUID],
        round: int,
    ) -> None:
        coupon_id = take_coupon(citizen, make_town_offer())
        token = coupon_token(citizen, coupon_id)
        body = {"citizen_code": show_code(citizen), "amount_yen": 99, "coupon_tokens": [token]}

        scanned, sold = at_once(
            [
                scanning(citizen, issue(clerk, 99)["url"], "purchase-1", coupon_ids=[coupon_id]),
                posting(register, "/v1/shop/purchases", body, "till-sale-1"),
            ]
        )

        assert sorted((scanned.status_code, sold.status_code)) == [201, 409]
        purchase_id = database.run(lambda session: session.scalars(select(Coupon.purchase_id)).one())
        kept = database.run(lambda session: session.scalars(select(Purchase.id)).one())
        assert purchase_id == kept
