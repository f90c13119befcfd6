"""membership.joining: a card is joined to an app that had bought before, and every point stays what it was."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from backend.base.database import Database
from backend.people.code_models import JoinedAccount
from backend.people.models import Citizen
from backend.points.models import PointsLot
from tests.factories.cards import PIN, Card, held_card, link, points_on
from tests.factories.credentials import PASSWORD, register
from tests.factories.purchases import (
    KEY,
    OTHER_KEY,
    REFUND_KEY,
    buy,
    complete,
    open_checkout,
    points_of,
    refund,
    sell,
    show_code,
)
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")

Run = Callable[..., uuid.UUID]
STAMP_CARD = {"target": 3, "distinct": "days", "repeats": True, "reward": {"points": 50}}


def spending_code(till: ApiClient, card: Card, points: int | str = "all") -> str:
    body = {"card": card.number, "pin": PIN, "points_to_spend": points}
    return str(till.post("/v1/shop/card-codes", body).get_json()["code"])


def stamps_of(citizen: ApiClient) -> tuple[int, int]:
    """On the open card, and cards filled before."""
    [card] = citizen.get("/v1/me/stamp-cards").get_json()["items"]
    return card["given"], card["completed_cards"]


class TestJoinedCard:
    @pytest.fixture
    def app_user(self, citizen: ApiClient, clerk: ApiClient) -> ApiClient:
        """With twelve points by the telephone."""
        buy(citizen, clerk)
        return citizen

    @pytest.fixture
    def card(self, city: ApiClient) -> Card:
        return held_card(city)

    def test_brings_points_and_purchases(
        self, app_user: ApiClient, card: Card, clerk: ApiClient, database: Database
    ) -> None:
        sale = sell(clerk, card.number, 9000).get_json()

        assert link(app_user, card).status_code == 201

        assert points_of(app_user) == points_on(clerk, card) == 102
        purchases = app_user.get("/v1/purchases").get_json()["items"]
        assert (len(purchases), purchases[0]["id"]) == (2, sale["id"])
        assert len(database.run(lambda session: session.scalars(select(Citizen)).all())) == 2

    def test_keeps_each_lots_budget_and_end(
        self, app_user: ApiClient, card: Card, clerk: ApiClient, run_campaign: Run, database: Database
    ) -> None:
        run_campaign(slug="later", rate_permille=100, pending={"days": 7})
        sell(clerk, card.number)

        def live(session: Any) -> list[Any]:
            columns = (
                PointsLot.funding_account_id,
                PointsLot.remaining_points,
                PointsLot.spendable_at,
                PointsLot.expires_at,
            )
            query = select(*columns).where(PointsLot.remaining_points > 0)
            return sorted(str(tuple(row)) for row in session.execute(query))

        before = database.run(live)

        link(app_user, card)

        assert database.run(live) == before
        points = app_user.get("/v1/me/points").get_json()
        assert (points["balance_points"], points["pending_points"]) == (24, 128)

    def test_buys_for_the_app_from_then_on(self, app_user: ApiClient, card: Card, clerk: ApiClient) -> None:
        sell(clerk, card.number, key=KEY)
        link(app_user, card)

        sell(clerk, card.number, key=OTHER_KEY)

        assert points_of(app_user) == 36

    def test_can_have_older_purchases_refunded(
        self, app_user: ApiClient, card: Card, clerk: ApiClient
    ) -> None:
        sale = sell(clerk, card.number, 9000).get_json()
        link(app_user, card)

        refunds = [
            refund(clerk, sale["id"], key=f"refund-{number}", amount_yen=4500).get_json() for number in (1, 2)
        ]

        assert [told["reclaimed_points"] for told in refunds] == [45, 45]
        assert points_of(app_user) == 12

    def test_gives_back_what_an_older_purchase_spent(
        self, app_user: ApiClient, card: Card, clerk: ApiClient
    ) -> None:
        sell(clerk, card.number, 9000)
        sale = sell(clerk, spending_code(clerk, card, 50), 1000, key=OTHER_KEY).get_json()
        link(app_user, card)
        assert points_of(app_user) == 12 + 40 + 9

        assert refund(clerk, sale["id"]).get_json()["returned_points"] == 50

        assert points_of(app_user) == 12 + 90

    def test_owes_what_was_spent_of_an_older_purchase(
        self, app_user: ApiClient, card: Card, clerk: ApiClient
    ) -> None:
        sale = sell(clerk, card.number, 9000).get_json()
        link(app_user, card)
        sell(clerk, show_code(app_user, points_to_spend="all"), 102, key=OTHER_KEY)

        refund(clerk, sale["id"])
        assert points_of(app_user) == 0

        sell(clerk, card.number, 9500, key="repays-most-of-it")
        assert points_of(app_user) == 5

    def test_brings_its_debt_which_the_apps_points_do_not_hide(
        self, app_user: ApiClient, card: Card, clerk: ApiClient
    ) -> None:
        sale = sell(clerk, card.number, 9000).get_json()
        sell(clerk, spending_code(clerk, card), 90, key=OTHER_KEY)
        refund(clerk, sale["id"])
        link(app_user, card)

        sell(clerk, card.number, 10000, key="repays-it")

        assert points_of(app_user) == 12 + 10

    def test_repays_what_the_app_owes(self, app_user: ApiClient, card: Card, clerk: ApiClient) -> None:
        bought = app_user.get("/v1/purchases").get_json()["items"][0]
        sell(clerk, show_code(app_user, points_to_spend="all"), 12, key=OTHER_KEY)
        refund(clerk, bought["id"])
        sell(clerk, card.number, 9000, key="by-card-")

        link(app_user, card)

        assert points_of(app_user) == 90 - 12

    def test_counts_caps_together(
        self, app_user: ApiClient, card: Card, clerk: ApiClient, run_campaign: Run
    ) -> None:
        caps = [{"per": "person", "within": "day", "points": 100}]
        run_campaign(slug="capped", rate_permille=100, caps=caps)
        sell(clerk, card.number, 400, key=KEY)
        sell(clerk, show_code(app_user), 400, key=OTHER_KEY)
        link(app_user, card)

        sale = sell(clerk, card.number, 800, key="to-the-cap").get_json()

        assert sale["earned_points"] == 8 + 20

    def test_frees_caps_by_refunds_of_older_purchases(
        self, app_user: ApiClient, card: Card, clerk: ApiClient, run_campaign: Run
    ) -> None:
        caps = [{"per": "person", "within": "day", "points": 100}]
        run_campaign(slug="capped", rate_permille=100, caps=caps)
        sale = sell(clerk, card.number, 1000, key=KEY).get_json()
        link(app_user, card)
        refund(clerk, sale["id"])

        assert sell(clerk, card.number, 1000, key=OTHER_KEY).get_json()["earned_points"] == 10 + 100

    def test_puts_stamps_onto_one_card(
        self, app_user: ApiClient, card: Card, register: ApiClient, clock: Any, run_campaign: Run
    ) -> None:
        run_campaign(
            slug="stamps",
            stamp_card=STAMP_CARD,
        )
        sell(register, card.number, key="day-one-by-card")
        clock.shift(86400)
        sell(register, card.number, key="day-two-by-card")
        sell(register, show_code(app_user), key="day-two-by-app")

        link(app_user, card)

        assert stamps_of(app_user) == (2, 0)
        clock.shift(86400)
        assert sell(register, card.number, key="day-three-by-card").get_json()["earned_points"] == 12 + 50

    def test_counts_filled_cards_together(
        self, app_user: ApiClient, card: Card, register: ApiClient, clock: Any, run_campaign: Run
    ) -> None:
        run_campaign(
            slug="stamps",
            stamp_card={**STAMP_CARD, "target": 2},
        )
        for day in range(3):
            clock.shift(86400)
            assert sell(register, card.number, key=f"card-on-day-{day}").status_code == 201
            if day < 2:
                sell(register, show_code(app_user), key=f"app-on-day-{day}")

        link(app_user, card)

        assert stamps_of(app_user) == (1, 2)

    def test_fills_no_card_twice_that_is_filled_once(
        self, app_user: ApiClient, card: Card, register: ApiClient, clock: Any, run_campaign: Run
    ) -> None:
        run_campaign(slug="stamps", stamp_card={**STAMP_CARD, "target": 2, "repeats": False})
        sell(register, card.number, key="card-on-day-0")
        for day in range(2):
            sell(register, show_code(app_user), key=f"app-on-day-{day}")
            clock.shift(86400)

        link(app_user, card)

        assert stamps_of(app_user)[1] == 1
        assert sell(register, card.number, key="card-on-day-2").get_json()["earned_points"] == 12

    def test_waits_for_a_till_that_holds_its_points(
        self, app_user: ApiClient, card: Card, register: ApiClient
    ) -> None:
        sell(register, card.number, 9000)
        checkout = open_checkout(register, spending_code(register, card, 50), key=OTHER_KEY)

        response = link(app_user, card)

        assert (response.status_code, response.get_json()["code"]) == (409, "points_held")
        complete(register, checkout)
        assert link(app_user, card).status_code == 201

    def test_takes_along_a_sale_that_holds_nothing(
        self, app_user: ApiClient, card: Card, register: ApiClient
    ) -> None:
        sell(register, card.number)
        checkout = open_checkout(register, card.number, key=OTHER_KEY)
        link(app_user, card)

        complete(register, checkout)

        assert points_of(app_user) == 36

    def test_stands_in_the_export_with_the_entries_of_before(
        self, app_user: ApiClient, card: Card, clerk: ApiClient, database: Database, world: World
    ) -> None:
        sell(clerk, card.number)
        link(app_user, card)

        exported = app_user.get("/v1/me/export").get_json()

        [joined] = database.run(lambda session: session.scalars(select(JoinedAccount)).all())
        assert [row["account_id"] for row in exported["joined_accounts"]] == [str(joined.account_id)]
        accounts = {entry["account_id"] for entry in exported["points_entries"]}
        assert accounts == {str(joined.account_id), str(world.citizen.account_id)}

    def test_ends_with_whoever_leaves(self, nobody: ApiClient, card: Card, clerk: ApiClient) -> None:
        member = register(nobody)
        buy(member, clerk)
        sale = sell(clerk, card.number).get_json()
        link(member, card)

        assert member.delete("/v1/me", {"password": PASSWORD}).get_json() == {"lapsed_points": 24}

        response = refund(clerk, sale["id"], key=REFUND_KEY)
        assert (response.status_code, response.get_json()["code"]) == (409, "account_closed")
