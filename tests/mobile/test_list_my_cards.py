"""GET /v1/me/cards."""

from tests.factories.cards import PIN, held_card, link, print_cards
from tests.support.client import ApiClient

PATH = "/v1/me/cards"


class TestListMyCards:
    def test_shows_those_that_were_joined_and_what_became_of_them(
        self, city: ApiClient, citizen: ApiClient, neighbour: ApiClient
    ) -> None:
        card, [new] = held_card(city), print_cards(city)
        link(citizen, card)
        city.post("/v1/city/cards/replacements", {"card": card.serial, "pin": PIN, "new_card": new.number})

        items = citizen.get(PATH).get_json()["items"]

        assert {(item["serial"], item["status"]) for item in items} == {
            (card.serial, "replaced"),
            (new.serial, "active"),
        }
        assert neighbour.get(PATH).get_json() == {"items": []}

    def test_is_a_citizens(self, clerk: ApiClient, city: ApiClient, nobody: ApiClient) -> None:
        assert [caller.get(PATH).status_code for caller in (clerk, city, nobody)] == [403, 403, 401]
