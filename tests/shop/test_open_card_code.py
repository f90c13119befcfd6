"""POST /v1/shop/card-codes, and sales by paper card."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.base.database import Database
from backend.config import Settings
from backend.people.code_models import CardUse
from tests.factories.cards import PIN, WRONG_PIN, balance, held_card, points_on, print_cards
from tests.factories.purchases import (
    KEY,
    OTHER_KEY,
    REFUND_KEY,
    complete,
    open_checkout,
    refund,
    sell,
)
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
PATH = "/v1/shop/card-codes"


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]


class TestSaleByCard:
    def test_earns_for_its_holder(self, city: ApiClient, clerk: ApiClient, register: ApiClient) -> None:
        card = held_card(city)

        by_number = sell(clerk, card.number, key=KEY)
        by_scan = sell(register, card.url, 300, key=OTHER_KEY)

        assert (by_number.status_code, by_scan.status_code) == (201, 201)
        assert points_on(clerk, card) == 12 + 3

    def test_spends_nothing_without_the_pin(self, city: ApiClient, clerk: ApiClient) -> None:
        card = held_card(city)
        sell(clerk, card.number, 9000)

        assert sell(clerk, card.number, key=OTHER_KEY).get_json()["spent_points"] == 0

    def test_is_recorded_once_a_request(self, city: ApiClient, clerk: ApiClient, database: Database) -> None:
        card = held_card(city)
        sale = sell(clerk, card.number).get_json()

        assert sell(clerk, card.number).get_json() == sale
        uses = database.run(lambda session: session.scalar(select(func.count(CardUse.id))))
        assert (uses, points_on(clerk, card)) == (1, 12)

    def test_can_be_a_checkout_and_be_refunded(self, city: ApiClient, register: ApiClient) -> None:
        card = held_card(city)
        sale = complete(register, open_checkout(register, card.number)).get_json()
        assert points_on(register, card) == 12

        assert refund(register, sale["id"], key=REFUND_KEY).status_code == 201
        assert points_on(register, card) == 0

    def test_is_refused_for_a_blank_card(self, city: ApiClient, clerk: ApiClient) -> None:
        [card] = print_cards(city)

        assert refusal(sell(clerk, card.number)) == (409, "card_not_handed_out")

    def test_is_refused_for_a_number_nobody_has(self, clerk: ApiClient) -> None:
        assert refusal(sell(clerk, "0000 0000 0000")) == (404, "citizen_code_unknown")

    def test_is_refused_for_the_slips_serial(self, city: ApiClient, clerk: ApiClient) -> None:
        assert refusal(sell(clerk, held_card(city).serial)) == (422, "citizen_code_mistyped")


class TestOpenCardCode:
    def test_tells_the_points_to_whoever_knows_the_pin(self, city: ApiClient, clerk: ApiClient) -> None:
        card = held_card(city)
        sell(clerk, card.number)

        response = balance(clerk, card)

        assert response.status_code == 201
        assert response.get_json() == {
            "serial": card.serial,
            "balance_points": 12,
            "pending_points": 0,
            "held_points": 0,
            "code": None,
            "expires_at": None,
        }

    @pytest.mark.parametrize(("points", "spent"), [("all", 90), (50, 50)])
    def test_opens_a_code_that_spends_once(
        self, city: ApiClient, clerk: ApiClient, points: int | str, spent: int
    ) -> None:
        card = held_card(city)
        sell(clerk, card.number, 9000)
        code = clerk.post(PATH, {"card": card.url, "pin": PIN, "points_to_spend": points}).get_json()

        sale = sell(clerk, code["code"], key=OTHER_KEY).get_json()

        assert (code["expires_at"], sale["spent_points"]) == ("2026-06-15T03:01:00+00:00", spent)
        assert refusal(sell(clerk, code["code"], key="another-sale")) == (409, "citizen_code_used")

    def test_counts_the_wrong_tries_and_locks(self, city: ApiClient, clerk: ApiClient) -> None:
        card = held_card(city)
        left = [balance(clerk, card, WRONG_PIN).get_json()["detail"] for _ in range(5)]
        assert ["4" in left[0], "0" in left[4]] == [True, True]

        assert refusal(balance(clerk, card)) == (409, "card_pin_locked")
        assert sell(clerk, card.number).status_code == 201  # it still earns

    def test_begins_the_tries_anew_after_the_right_one(self, city: ApiClient, clerk: ApiClient) -> None:
        card = held_card(city)
        for _ in range(3):
            for _ in range(4):
                assert refusal(balance(clerk, card, WRONG_PIN)) == (422, "card_pin_wrong")
            assert balance(clerk, card).status_code == 201

    def test_counts_over_all_shops_and_counters(
        self, city: ApiClient, clerk: ApiClient, register: ApiClient
    ) -> None:
        card = held_card(city)
        body = {"card": card.number, "pin": WRONG_PIN}
        for caller, path in [(clerk, PATH), (register, PATH), (city, "/v1/city/cards/balances")] * 2:
            caller.post(path, body)

        assert refusal(balance(clerk, card)) == (409, "card_pin_locked")

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_stops_who_looks_for_cards(
        self, register: ApiClient, make_app: Callable[..., Any], database_url: str
    ) -> None:
        strict = make_app(Settings(database_url=database_url, log_level="ERROR", scan_refusals=2))
        till, body = ApiClient(strict, register.token), {"card": "0000 0000 0000", "pin": PIN}

        answers = [till.post(PATH, body).status_code for _ in range(3)]

        assert answers == [404, 404, 429]

    def test_is_a_shops(self, citizen: ApiClient, city: ApiClient, nobody: ApiClient) -> None:
        body = {"card": held_card(city).number, "pin": PIN}

        assert [caller.post(PATH, body).status_code for caller in (citizen, city, nobody)] == [403, 403, 401]

    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"card": "1234"}, "card", "card_number_mistyped"),
            ({"card": None}, "card", "fields_invalid"),
            ({"pin": None}, "pin", "fields_invalid"),
            ({"pin": 2718}, "pin", "fields_invalid"),
            ({"pin": "x" * 17}, "pin", "fields_invalid"),
            ({"pin": "２７１"}, "pin", "card_pin_wrong"),
            ({"points_to_spend": 0}, "points_to_spend", "fields_invalid"),
        ],
    )
    def test_refuses_bad_input(
        self, city: ApiClient, clerk: ApiClient, changes: dict[str, Any], field: str, code: str
    ) -> None:
        response = clerk.post(PATH, {"card": held_card(city).number, "pin": PIN, **changes})

        assert refusal(response) == (422, code)
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    def test_takes_full_width_digits(self, city: ApiClient, clerk: ApiClient) -> None:
        assert balance(clerk, held_card(city), "２７１８").status_code == 201

    def test_is_refused_once_the_card_was_lost(self, city: ApiClient, clerk: ApiClient) -> None:
        card = held_card(city)
        city.post("/v1/city/cards/blocks", {"card": card.serial})

        assert refusal(balance(clerk, card)) == (409, "card_blocked")
        assert refusal(sell(clerk, card.number)) == (409, "card_blocked")
