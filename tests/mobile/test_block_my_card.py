"""DELETE /v1/me/cards/{card_id}."""

import uuid

from tests.factories.cards import held_card, link
from tests.factories.purchases import points_of, sell
from tests.support.client import ApiClient

PATH = "/v1/me/cards"


class TestBlockMyCard:
    def test_stops_a_lost_card_and_keeps_the_points(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        card = held_card(city)
        sell(clerk, card.number)
        card_id = link(citizen, card).get_json()["id"]

        response = citizen.delete(f"{PATH}/{card_id}")

        assert (response.status_code, response.data) == (204, b"")
        assert sell(clerk, card.number, key="another-sale").get_json()["code"] == "card_blocked"
        assert points_of(citizen) == 12
        assert citizen.delete(f"{PATH}/{card_id}").get_json()["code"] == "card_blocked"

    def test_knows_nobody_elses(self, city: ApiClient, citizen: ApiClient, neighbour: ApiClient) -> None:
        card_id = link(citizen, held_card(city)).get_json()["id"]

        assert neighbour.delete(f"{PATH}/{card_id}").status_code == 404
        assert citizen.delete(f"{PATH}/{uuid.uuid4()}").status_code == 404
