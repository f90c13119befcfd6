"""GET /v1/shop/serial-batches/{batch_id}/labels."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.posters import codes_in, pictures_of, text_in
from tests.factories.serials import SHOP_PATH, claim_serial, make_batch
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def batch_of(database: Database, world: World, at: datetime) -> Callable[[int], uuid.UUID]:
    def batch_of(quantity: int) -> uuid.UUID:
        return database.run(
            lambda session: make_batch(session, shop_id=world.shop_id, at=at, quantity=quantity).id
        )

    return batch_of


class TestPrintOwnLabels:
    def test_gives_labels_that_citizens_can_claim(
        self, manager: ApiClient, citizen: ApiClient, batch_of: Callable[[int], uuid.UUID]
    ) -> None:
        response = manager.get(f"{SHOP_PATH}/{batch_of(2)}/labels")

        assert (response.status_code, response.mimetype) == (200, "application/pdf")
        (picture,) = pictures_of(response.data)
        codes = codes_in(picture)
        assert len(codes) == 2
        assert "秋鮭の切り身" in text_in(response.data)
        assert claim_serial(citizen, codes[0]).status_code == 201

    def test_gives_the_same_again(self, manager: ApiClient, batch_of: Callable[[int], uuid.UUID]) -> None:
        path = f"{SHOP_PATH}/{batch_of(1)}/labels"
        first = manager.get(path)

        again = manager.get(path)
        known = manager.get(path, headers={"If-None-Match": first.headers["ETag"]})

        assert again.data == first.data
        assert (known.status_code, known.data) == (304, b"")

    def test_comes_in_sheets(self, manager: ApiClient, batch_of: Callable[[int], uuid.UUID]) -> None:
        path = f"{SHOP_PATH}/{batch_of(25)}/labels"

        codes = [codes_in(pictures_of(manager.get(f"{path}?sheet={n}").data)[0]) for n in (1, 2)]

        assert [len(sheet) for sheet in codes] == [24, 1]
        assert manager.get(f"{path}?sheet=3").get_json()["code"] == "serial_sheet_not_found"
        assert manager.get(f"{path}?sheet=21").get_json()["code"] == "fields_invalid"

    def test_is_for_managers(
        self, clerk: ApiClient, register: ApiClient, batch_of: Callable[[int], uuid.UUID]
    ) -> None:
        path = f"{SHOP_PATH}/{batch_of(1)}/labels"

        assert [caller.get(path).status_code for caller in (clerk, register)] == [403, 403]

    def test_knows_no_other_batch(self, manager: ApiClient) -> None:
        assert manager.get(f"{SHOP_PATH}/{uuid.uuid4()}/labels").status_code == 404
