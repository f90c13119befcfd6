"""POST /v1/me/cards: the account of a card becomes that of an app."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.base.database import Database
from backend.people.models import Citizen
from backend.points.models import PointsAccount
from tests.factories.cards import PIN, WRONG_PIN, Card, held_card, link, points_on, print_cards
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
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
PATH = "/v1/me/cards"


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]


def count(database: Database, model: type[Any]) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


def spending_code(till: ApiClient, card: Card, points: int | str = "all") -> str:
    body = {"card": card.number, "pin": PIN, "points_to_spend": points}
    return str(till.post("/v1/shop/card-codes", body).get_json()["code"])


class TestLinkMyCard:
    def test_brings_points_purchases_and_notices(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        card = held_card(city)
        sale = sell(clerk, card.number).get_json()
        before = count(database, PointsAccount)

        response = link(citizen, card)

        assert (response.status_code, response.get_json()["status"]) == (201, "active")
        assert points_of(citizen) == 12
        assert [row["id"] for row in citizen.get("/v1/purchases").get_json()["items"]] == [sale["id"]]
        assert len(citizen.get("/v1/notices").get_json()["items"]) == 1
        assert (count(database, PointsAccount), count(database, Citizen)) == (before - 1, 2)

    def test_leaves_one_account_for_card_and_telephone(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        card = held_card(city)
        sell(clerk, card.number, key=KEY)
        link(citizen, card)

        sell(clerk, card.number, key=OTHER_KEY)
        sell(clerk, show_code(citizen), key="by-telephone")

        assert points_of(citizen) == points_on(clerk, card) == 36

    def test_keeps_a_refund_of_before_exact(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        card = held_card(city)
        sale = sell(clerk, card.number).get_json()
        link(citizen, card)

        refund(clerk, sale["id"])

        assert points_of(citizen) == 0

    def test_keeps_a_debt(self, city: ApiClient, citizen: ApiClient, clerk: ApiClient) -> None:
        card = held_card(city)
        sale = sell(clerk, card.number, 9000).get_json()
        sell(clerk, spending_code(clerk, card), 90, key=OTHER_KEY)
        refund(clerk, sale["id"], key=REFUND_KEY)
        link(citizen, card)

        sell(clerk, show_code(citizen), 9000, key="repays-it")

        assert points_of(citizen) == 0

    def test_keeps_points_that_a_till_holds(
        self, city: ApiClient, citizen: ApiClient, register: ApiClient
    ) -> None:
        card = held_card(city)
        sell(register, card.number, 9000)
        checkout = open_checkout(register, spending_code(register, card, 50), key=OTHER_KEY)

        link(citizen, card)

        assert citizen.get("/v1/me/points").get_json()["held_points"] == 50
        assert complete(register, checkout).get_json()["spent_points"] == 50

    def test_keeps_what_is_pending(
        self,
        city: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        run_campaign: Callable[..., uuid.UUID],
    ) -> None:
        run_campaign(slug="later", rate_permille=100, pending={"days": 7})
        card = held_card(city)
        sell(clerk, card.number)

        link(citizen, card)

        points = citizen.get("/v1/me/points").get_json()
        assert (points["balance_points"], points["pending_points"]) == (12, 128)

    def test_keeps_what_caps_have_counted(
        self,
        city: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        run_campaign: Callable[..., uuid.UUID],
    ) -> None:
        caps = [{"per": "person", "within": "day", "points": 100}]
        run_campaign(slug="capped", rate_permille=100, caps=caps)
        card = held_card(city)
        assert sell(clerk, card.number, 800, key=KEY).get_json()["earned_points"] == 8 + 80
        link(citizen, card)

        sale = sell(clerk, show_code(citizen), 800, key=OTHER_KEY).get_json()

        assert sale["earned_points"] == 8 + 20

    def test_gives_a_card_that_bought_nothing_to_an_account_that_did(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        buy(citizen, clerk)
        card = held_card(city)

        assert link(citizen, card).status_code == 201
        sell(clerk, card.number)
        assert points_of(citizen) == points_on(clerk, card) == 24

    def test_brings_the_cards_that_were_lost_before(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        old, [new] = held_card(city), print_cards(city)
        city.post("/v1/city/cards/replacements", {"card": old.serial, "pin": PIN, "new_card": new.number})

        link(citizen, new)

        assert len(citizen.get(PATH).get_json()["items"]) == 2

    def test_stands_in_the_export_and_is_gone_with_whoever_leaves(
        self, city: ApiClient, nobody: ApiClient, clerk: ApiClient
    ) -> None:
        member, card = register(nobody), held_card(city)
        sell(clerk, card.number)
        link(member, card)

        exported = member.get("/v1/me/export").get_json()
        assert [row["serial"] for row in exported["cards"]] == [card.serial]
        assert not {"number_hash", "pin_hash"} & set(exported["cards"][0])
        assert [row["kind"] for row in exported["card_events"]] == ["handed_out", "linked"]
        assert len(exported["card_uses"]) == 1
        assert member.delete("/v1/me", {"password": PASSWORD}).get_json() == {"lapsed_points": 12}
        assert refusal(sell(clerk, card.number, key=OTHER_KEY)) == (404, "citizen_code_unknown")

    def test_ends_a_code_that_the_telephone_shows(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        """It is of the account as it was."""
        card, code = held_card(city), show_code(citizen)
        sell(clerk, card.number)
        link(citizen, card)

        assert refusal(sell(clerk, code, key=OTHER_KEY)) == (404, "citizen_code_unknown")


class TestLinkMyCardRefuses:
    def test_a_wrong_pin_and_counts_it(self, city: ApiClient, citizen: ApiClient) -> None:
        card = held_card(city)
        for _ in range(5):
            assert refusal(link(citizen, card, WRONG_PIN)) == (422, "card_pin_wrong")

        assert refusal(link(citizen, card)) == (409, "card_pin_locked")

    def test_a_card_that_is_joined_already(
        self, city: ApiClient, citizen: ApiClient, neighbour: ApiClient
    ) -> None:
        card = held_card(city)
        link(citizen, card)

        assert refusal(link(citizen, card)) == (409, "card_linked")
        assert refusal(link(neighbour, card)) == (409, "card_linked")

    def test_a_card_that_is_blank_lost_or_unknown(self, city: ApiClient, citizen: ApiClient) -> None:
        [blank], lost = print_cards(city), held_card(city)
        city.post("/v1/city/cards/blocks", {"card": lost.serial})

        assert refusal(link(citizen, blank)) == (409, "card_not_handed_out")
        assert refusal(link(citizen, lost)) == (409, "card_blocked")
        assert refusal(link(citizen, Card("", "0000 0000 0000", ""))) == (404, "card_not_found")
        assert refusal(link(citizen, Card("", "1", ""))) == (422, "card_number_mistyped")

    def test_whoever_is_no_citizen(self, clerk: ApiClient, city: ApiClient, nobody: ApiClient) -> None:
        body = {"card": "3141 5926 5359", "pin": PIN}

        assert [caller.post(PATH, body).status_code for caller in (clerk, city, nobody)] == [403, 403, 401]
