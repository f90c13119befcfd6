"""POST /v1/city/cards/pins."""

from tests.factories.cards import PIN, balance, held_card, lock_pin
from tests.support.client import ApiClient

PATH = "/v1/city/cards/pins"


class TestRenewCardPin:
    def test_gives_whoever_brings_a_locked_card_another_pin(self, city: ApiClient, clerk: ApiClient) -> None:
        card = held_card(city)
        lock_pin(clerk, card)

        response = city.post(PATH, {"card": card.number, "pin": "3608"})

        assert (response.status_code, response.get_json()["status"]) == (200, "active")
        assert balance(clerk, card, "3608").status_code == 201
        assert balance(clerk, card, PIN).get_json()["code"] == "card_pin_wrong"

    def test_wants_the_card_and_not_its_slip(self, city: ApiClient) -> None:
        response = city.post(PATH, {"card": held_card(city).serial, "pin": "3608"})

        assert (response.status_code, response.get_json()["code"]) == (404, "card_not_found")

    def test_takes_no_weak_one(self, city: ApiClient) -> None:
        response = city.post(PATH, {"card": held_card(city).number, "pin": "0000"})

        assert (response.status_code, response.get_json()["code"]) == (422, "card_pin_weak")

    def test_is_a_counters(self, approver: ApiClient, clerk: ApiClient, nobody: ApiClient) -> None:
        body = {"card": "3141 5926 5359", "pin": PIN}

        assert [caller.post(PATH, body).status_code for caller in (approver, clerk, nobody)] == [
            403,
            403,
            401,
        ]
