"""POST /v1/city/cards/replacements."""

from typing import Any

import pytest

from tests.factories.cards import PIN, WRONG_PIN, Card, balance, held_card, lock_pin, points_on, print_cards
from tests.factories.purchases import OTHER_KEY, sell
from tests.support.client import ApiClient

PATH = "/v1/city/cards/replacements"


def replace(city: ApiClient, old: str, new: Card, pin: str = PIN) -> Any:
    return city.post(PATH, {"card": old, "pin": pin, "new_card": new.number})


class TestReplaceCard:
    @pytest.mark.parametrize("blocked_first", [False, True])
    def test_gives_the_same_account_another_card(
        self, city: ApiClient, clerk: ApiClient, blocked_first: bool
    ) -> None:
        old, [new] = held_card(city), print_cards(city)
        sell(clerk, old.number)
        if blocked_first:
            city.post("/v1/city/cards/blocks", {"card": old.serial})

        response = replace(city, old.serial, new)

        assert (response.status_code, response.get_json()) == (
            200,
            {"serial": new.serial, "status": "active"},
        )
        assert points_on(clerk, new) == 12
        assert sell(clerk, new.number, key=OTHER_KEY).status_code == 201

    def test_lets_the_old_number_say_so(self, city: ApiClient, clerk: ApiClient) -> None:
        old, [new] = held_card(city), print_cards(city)
        replace(city, old.number, new)

        assert sell(clerk, old.number).get_json()["code"] == "card_replaced"
        assert balance(clerk, old).get_json()["code"] == "card_replaced"
        assert replace(city, old.number, print_cards(city)[0]).get_json()["code"] == "card_replaced"

    def test_wants_the_pin(self, city: ApiClient, clerk: ApiClient) -> None:
        old, [new] = held_card(city), print_cards(city)

        assert replace(city, old.serial, new, WRONG_PIN).get_json()["code"] == "card_pin_wrong"
        assert balance(clerk, new).get_json()["code"] == "card_not_handed_out"
        lock_pin_left(clerk, old)
        assert replace(city, old.serial, new).get_json()["code"] == "card_pin_locked"

    def test_takes_no_card_that_somebody_holds(self, city: ApiClient) -> None:
        old, other = held_card(city), held_card(city)

        assert replace(city, old.serial, other).get_json()["code"] == "card_handed_out"
        assert replace(city, print_cards(city)[0].serial, other).get_json()["code"] == "card_not_handed_out"

    def test_is_a_counters(self, approver: ApiClient, clerk: ApiClient, nobody: ApiClient) -> None:
        body = {"card": "0000 0000", "pin": PIN, "new_card": "3141 5926 5359"}

        assert [caller.post(PATH, body).status_code for caller in (approver, clerk, nobody)] == [
            403,
            403,
            401,
        ]


def lock_pin_left(clerk: ApiClient, card: Card) -> None:
    """One try was spent at the counter."""
    for _ in range(4):
        assert balance(clerk, card, WRONG_PIN).status_code == 422


class TestReplaceLockedCard:
    def test_needs_the_card_itself_for_another_pin_first(self, city: ApiClient, clerk: ApiClient) -> None:
        old, [new] = held_card(city), print_cards(city)
        lock_pin(clerk, old)
        city.post("/v1/city/cards/pins", {"card": old.number, "pin": "3608"})

        assert replace(city, old.number, new, "3608").status_code == 200
