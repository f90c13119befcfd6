"""POST /v1/city/cards/blocks."""

from tests.factories.cards import PIN, held_card, print_cards
from tests.factories.purchases import sell
from tests.support.client import ApiClient

PATH = "/v1/city/cards/blocks"


class TestBlockCard:
    def test_stops_a_lost_card_by_the_slip_alone(self, city: ApiClient, clerk: ApiClient) -> None:
        card = held_card(city)

        response = city.post(PATH, {"card": card.serial})

        assert (response.status_code, response.get_json()) == (
            200,
            {"serial": card.serial, "status": "blocked"},
        )
        refused = sell(clerk, card.number)
        assert (refused.status_code, refused.get_json()["code"]) == (409, "card_blocked")

    def test_is_done_once(self, city: ApiClient) -> None:
        card = held_card(city)
        city.post(PATH, {"card": card.number})

        assert city.post(PATH, {"card": card.number}).get_json()["code"] == "card_blocked"

    def test_blocks_no_blank_card(self, city: ApiClient) -> None:
        [card] = print_cards(city)

        assert city.post(PATH, {"card": card.serial}).get_json()["code"] == "card_not_handed_out"

    def test_tells_slips_from_unknown_cards(self, city: ApiClient) -> None:
        assert city.post(PATH, {"card": "1234 5678"}).get_json()["code"] == "card_number_mistyped"
        assert city.post(PATH, {"card": "0000 0000"}).get_json()["code"] == "card_not_found"

    def test_is_a_counters(self, approver: ApiClient, clerk: ApiClient, nobody: ApiClient) -> None:
        callers = (approver, clerk, nobody)

        answers = [caller.post(PATH, {"card": "0000 0000", "pin": PIN}).status_code for caller in callers]

        assert answers == [403, 403, 401]
