"""GET /v1/city/cards/batches/{batch_id}."""

import uuid

from tests.factories.cards import Card, hand_out
from tests.support.client import ApiClient

PATH = "/v1/city/cards/batches"


class TestGetBlankCards:
    def test_tells_the_same_again_of_what_is_still_blank(self, city: ApiClient) -> None:
        batch = city.post(PATH, {"count": 3}).get_json()
        hand_out(city, Card(**batch["cards"][1]))

        again = city.get(f"{PATH}/{batch['id']}").get_json()

        assert again["cards"] == [batch["cards"][0], batch["cards"][2]]

    def test_knows_no_batch_that_is_all_handed_out(self, city: ApiClient) -> None:
        batch = city.post(PATH, {"count": 1}).get_json()
        hand_out(city, Card(**batch["cards"][0]))

        assert city.get(f"{PATH}/{batch['id']}").status_code == 404
        assert city.get(f"{PATH}/{uuid.uuid4()}").get_json()["code"] == "card_not_found"

    def test_is_the_offices(self, approver: ApiClient, clerk: ApiClient, nobody: ApiClient) -> None:
        path = f"{PATH}/{uuid.uuid4()}"

        assert [caller.get(path).status_code for caller in (approver, clerk, nobody)] == [403, 403, 401]
