"""GET /v1/shop/stickers."""

from datetime import datetime

from backend.base.database import Database
from backend.organisations.service.stickers import register_sticker
from tests.factories.merchant_codes import SPECIMEN, jpqr, seal
from tests.factories.organisations import make_shop
from tests.support.client import ApiClient

PATH = "/v1/shop/stickers"


class TestListOwnStickers:
    def test_shows_those_by_which_the_shop_is_known(
        self, manager: ApiClient, clerk: ApiClient, city: ApiClient
    ) -> None:
        stickers = [
            manager.post(PATH, {"scanned": scanned}).get_json() for scanned in (SPECIMEN, seal(jpqr()))
        ]
        city.post(f"/v1/city/stickers/{stickers[0]['id']}/unlinking", {"reason": "別の店"})

        assert clerk.get(PATH).get_json()["items"] == stickers[1:]

    def test_leaves_out_those_of_other_shops(
        self, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)
        database.run(
            lambda session: register_sticker(
                session, shop_id=other_id, scanned=SPECIMEN, registered_by=None, at=at
            )
        )

        assert manager.get(PATH).get_json()["items"] == []
