"""GET /v1/city/stickers."""

from datetime import datetime

from backend.base.database import Database
from backend.organisations.service.stickers import register_sticker
from tests.factories.merchant_codes import SPECIMEN, jpqr, seal
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/city/stickers"


class TestListStickers:
    def test_shows_those_of_every_shop_or_of_one(
        self, city: ApiClient, manager: ApiClient, database: Database, at: datetime, world: World
    ) -> None:
        own = manager.post("/v1/shop/stickers", {"scanned": seal(jpqr())}).get_json()
        other_id = database.run(lambda session: make_shop(session, at=at).id)
        database.run(
            lambda session: register_sticker(
                session, shop_id=other_id, scanned=SPECIMEN, registered_by=None, at=at
            )
        )

        everybodys = city.get(PATH).get_json()["items"]
        of_one = city.get(f"{PATH}?shop_id={world.shop_id}").get_json()["items"]

        assert len(everybodys) == 2
        assert [(sticker["id"], sticker["registered_by_staff_id"]) for sticker in of_one] == [
            (own["id"], str(world.manager.id))
        ]

    def test_comes_in_pages(self, city: ApiClient, manager: ApiClient) -> None:
        for scanned in (SPECIMEN, seal(jpqr())):
            manager.post("/v1/shop/stickers", {"scanned": scanned})

        first = city.get(f"{PATH}?limit=1").get_json()
        second = city.get(f"{PATH}?limit=1&cursor={first['next_cursor']}").get_json()

        assert [page["items"][0]["name_on_sticker"] for page in (first, second)] == [
            "メルペイ カフェ",
            "麦と汽笛",
        ]

    def test_is_for_officers(self, approver: ApiClient, manager: ApiClient) -> None:
        assert [caller.get(PATH).status_code for caller in (approver, manager)] == [403, 403]
