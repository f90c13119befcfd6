"""POST /v1/city/cards/links."""

import pytest

from tests.factories.cards import held_card, points_on, print_cards
from tests.factories.purchases import points_of, sell
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
PATH = "/v1/city/cards/links"


def counter_code(citizen: ApiClient) -> str:
    return str(citizen.post("/v1/me/counter-codes").get_json()["code"])


class TestLinkCard:
    def test_joins_card_and_telephone_that_are_both_there(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        card = held_card(city)
        sell(clerk, card.number)

        response = city.post(PATH, {"card": card.number, "counter_code": counter_code(citizen)})

        assert (response.status_code, response.get_json()["status"]) == (200, "active")
        assert (points_of(citizen), points_on(clerk, card)) == (12, 12)

    def test_wants_the_card_and_the_code(self, city: ApiClient, citizen: ApiClient) -> None:
        card = held_card(city)
        code = counter_code(citizen)

        assert city.post(PATH, {"card": card.serial, "counter_code": code}).status_code == 404
        response = city.post(PATH, {"card": card.number, "counter_code": "00000000"})
        assert (response.status_code, response.get_json()["code"]) == (404, "counter_code_not_found")

    def test_joins_no_blank_card(self, city: ApiClient, citizen: ApiClient) -> None:
        [card] = print_cards(city)

        response = city.post(PATH, {"card": card.number, "counter_code": counter_code(citizen)})

        assert response.get_json()["code"] == "card_not_handed_out"

    def test_is_a_counters(self, approver: ApiClient, clerk: ApiClient, nobody: ApiClient) -> None:
        body = {"card": "3141 5926 5359", "counter_code": "00000000"}

        assert [caller.post(PATH, body).status_code for caller in (approver, clerk, nobody)] == [
            403,
            403,
            401,
        ]
