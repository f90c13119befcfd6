"""GET /v1/city/cards/batches/{batch_id}/sheet."""

import uuid
from typing import Any

from tests.factories.cards import Card, hand_out
from tests.factories.posters import codes_in, pictures_of, text_in
from tests.support.client import ApiClient

PATH = "/v1/city/cards/batches"


def batch_of(city: ApiClient, count: int) -> dict[str, Any]:
    batch: dict[str, Any] = city.post(PATH, {"count": count}).get_json()
    return batch


class TestPrintBlankCards:
    def test_gives_cards_that_tills_read_and_slips_with_their_serials(self, city: ApiClient) -> None:
        batch = batch_of(city, 6)

        response = city.get(f"{PATH}/{batch['id']}/sheet")

        assert (response.status_code, response.mimetype) == (200, "application/pdf")
        codes = [codes_in(picture) for picture in pictures_of(response.data)]
        assert [len(page) for page in codes] == [5, 1]
        assert {code for page in codes for code in page} == {card["url"] for card in batch["cards"]}
        printed = text_in(response.data)
        for card in batch["cards"]:
            assert printed.count(card["serial"]) == 2
            assert card["number"] in printed

    def test_leaves_out_what_was_handed_out(self, city: ApiClient) -> None:
        batch = batch_of(city, 2)
        hand_out(city, Card(**batch["cards"][0]))

        response = city.get(f"{PATH}/{batch['id']}/sheet")

        (picture,) = pictures_of(response.data)
        assert codes_in(picture) == [batch["cards"][1]["url"]]

    def test_gives_the_same_again(self, city: ApiClient) -> None:
        path = f"{PATH}/{batch_of(city, 1)['id']}/sheet"
        first = city.get(path)

        known = city.get(path, headers={"If-None-Match": first.headers["ETag"]})

        assert city.get(path).data == first.data
        assert (known.status_code, known.data) == (304, b"")

    def test_knows_no_other_batch(self, city: ApiClient) -> None:
        assert city.get(f"{PATH}/{uuid.uuid4()}/sheet").get_json()["code"] == "card_not_found"

    def test_is_the_offices(self, approver: ApiClient, clerk: ApiClient, nobody: ApiClient) -> None:
        path = f"{PATH}/{uuid.uuid4()}/sheet"

        assert [caller.get(path).status_code for caller in (approver, clerk, nobody)] == [403, 403, 401]
