"""POST /v1/city/cards/batches."""

import io
from typing import Any

import pytest
import segno
import zxingcpp
from PIL import Image
from sqlalchemy import select

from backend.base.database import Database
from backend.people.code_models import CitizenCard
from tests.factories.cards import print_cards
from tests.support.client import ApiClient

PATH = "/v1/city/cards/batches"


class TestCreateCards:
    def test_gives_what_to_print(self, city: ApiClient) -> None:
        cards = print_cards(city, 3)

        assert [[len(group) for group in card.number.split()] for card in cards] == [[4, 4, 4]] * 3
        assert len({card.number for card in cards} | {card.serial for card in cards}) == 6
        assert all(card.url.endswith(f"/m/{card.number.replace(' ', '')}") for card in cards)

    def test_keeps_no_number(self, city: ApiClient, database: Database) -> None:
        [card] = print_cards(city)

        [row] = database.run(lambda session: list(session.scalars(select(CitizenCard))))
        assert card.number.replace(" ", "") not in str(vars(row))
        assert (row.status, row.citizen_id, row.pin_hash) == ("blank", None, None)

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_gives_a_qr_code_that_can_be_read(self, city: ApiClient) -> None:
        [card] = print_cards(city)
        picture = io.BytesIO()

        segno.make(card.url, error="m").save(picture, kind="png", scale=4)

        [read] = zxingcpp.read_barcodes(Image.open(picture))
        assert read.text == card.url

    def test_is_the_offices(
        self, approver: ApiClient, clerk: ApiClient, citizen: ApiClient, nobody: ApiClient
    ) -> None:
        callers = (approver, clerk, citizen, nobody)

        assert [caller.post(PATH, {"count": 1}).status_code for caller in callers] == [403, 403, 403, 401]

    @pytest.mark.parametrize("count", [0, 101, -1, 1.5, None, "3", 10**30])
    def test_refuses_bad_input(self, city: ApiClient, count: Any) -> None:
        response = city.post(PATH, {"count": count})

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == ["count"]
