"""GET /v1/city/cards/{serial}."""

from tests.factories.cards import PIN, held_card, link, print_cards
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/city/cards"


class TestGetCardHistory:
    def test_tells_who_did_what_and_when(self, city: ApiClient, citizen: ApiClient, world: World) -> None:
        card = held_card(city)
        city.post(f"{PATH}/pins", {"card": card.number, "pin": PIN})
        link(citizen, card)
        [new] = print_cards(city)
        city.post(f"{PATH}/replacements", {"card": card.serial, "pin": PIN, "new_card": new.number})

        history = city.get(f"{PATH}/{card.serial}").get_json()

        staff_id = str(world.city.id)
        assert (history["serial"], history["status"]) == (card.serial, "replaced")
        assert [(event["kind"], event["staff_id"]) for event in history["events"]] == [
            ("handed_out", staff_id),
            ("pin_renewed", staff_id),
            ("linked", None),
            ("replaced", staff_id),
        ]
        assert {event["at"] for event in history["events"]} == {"2026-06-15T03:00:00+00:00"}

    def test_knows_no_other_serial(self, city: ApiClient) -> None:
        assert city.get(f"{PATH}/00000000").get_json()["code"] == "card_not_found"
        assert city.get(f"{PATH}/12345678").get_json()["code"] == "card_number_mistyped"

    def test_is_the_offices(self, approver: ApiClient, clerk: ApiClient, nobody: ApiClient) -> None:
        answers = [caller.get(f"{PATH}/00000000").status_code for caller in (approver, clerk, nobody)]

        assert answers == [403, 403, 401]
