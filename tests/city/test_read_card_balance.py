"""POST /v1/city/cards/balances."""

from typing import Any

import pytest

from tests.factories.cards import PIN, WRONG_PIN, held_card, print_cards
from tests.factories.purchases import sell
from tests.support.client import ApiClient

PATH = "/v1/city/cards/balances"


class TestReadCardBalance:
    def test_tells_the_holder_who_is_here(self, city: ApiClient, clerk: ApiClient) -> None:
        card = held_card(city)
        sell(clerk, card.number)

        assert city.post(PATH, {"card": card.url, "pin": PIN}).get_json() == {
            "serial": card.serial,
            "balance_points": 12,
            "pending_points": 0,
            "held_points": 0,
        }

    def test_tells_nothing_without_the_pin(self, city: ApiClient) -> None:
        response = city.post(PATH, {"card": held_card(city).number, "pin": WRONG_PIN})

        assert (response.status_code, response.get_json()["code"]) == (422, "card_pin_wrong")

    def test_tells_nothing_of_a_blank_card(self, city: ApiClient) -> None:
        [card] = print_cards(city)

        assert city.post(PATH, {"card": card.number, "pin": PIN}).get_json()["code"] == "card_not_handed_out"

    @pytest.mark.parametrize("body", [{}, {"card": "1"}, {"card": "1", "pin": PIN}, {"pin": PIN}])
    def test_refuses_bad_input(self, city: ApiClient, body: dict[str, Any]) -> None:
        assert city.post(PATH, body).status_code == 422

    def test_is_a_counters(self, approver: ApiClient, clerk: ApiClient, nobody: ApiClient) -> None:
        body = {"card": "3141 5926 5359", "pin": PIN}

        assert [caller.post(PATH, body).status_code for caller in (approver, clerk, nobody)] == [
            403,
            403,
            401,
        ]
