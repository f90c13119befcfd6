"""POST /v1/shop/stickers."""

from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from backend.organisations.service.stickers import register_sticker
from tests.factories.merchant_codes import SPECIMEN, SPECIMEN_STORE_ID, jpqr, replaced, seal
from tests.factories.organisations import make_shop
from tests.support.client import ApiClient

PATH = "/v1/shop/stickers"


class TestRegisterOwnSticker:
    def test_keeps_the_stores_digits_and_the_name(self, manager: ApiClient) -> None:
        response = manager.post(PATH, {"scanned": SPECIMEN})

        assert response.status_code == 201
        sticker = response.get_json()
        assert (sticker["store_id"], sticker["name_on_sticker"]) == (SPECIMEN_STORE_ID, "メルペイ カフェ")

    def test_again_changes_nothing(self, manager: ApiClient) -> None:
        stickers = [manager.post(PATH, {"scanned": SPECIMEN}).get_json() for _ in range(2)]

        assert stickers[0] == stickers[1]
        assert len(manager.get(PATH).get_json()["items"]) == 1

    def test_refuses_one_that_another_shop_has(
        self, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)
        database.run(
            lambda session: register_sticker(
                session, shop_id=other_id, scanned=SPECIMEN, registered_by=None, at=at
            )
        )

        response = manager.post(PATH, {"scanned": SPECIMEN})

        assert (response.status_code, response.get_json()["code"]) == (409, "sticker_taken")

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    @pytest.mark.parametrize(
        ("scanned", "code"),
        [
            ("https://example.jp/", "merchant_code_malformed"),
            (SPECIMEN[:-1] + "0", "merchant_code_damaged"),
            (SPECIMEN[:-8], "merchant_code_incomplete"),
            (seal(replaced(jpqr(), "26", [("00", "com.example")])), "jpqr_missing"),
            (None, "fields_invalid"),
        ],
    )
    def test_refuses_what_is_no_jpqr_sticker(self, manager: ApiClient, scanned: Any, code: str) -> None:
        response = manager.post(PATH, {"scanned": scanned})

        assert (response.status_code, response.get_json()["code"]) == (422, code)

    def test_is_for_managers(self, clerk: ApiClient) -> None:
        assert clerk.post(PATH, {"scanned": SPECIMEN}).status_code == 403
