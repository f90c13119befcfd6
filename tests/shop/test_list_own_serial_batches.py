"""GET /v1/shop/serial-batches."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.organisations import make_shop
from tests.factories.serials import SHOP_PATH, make_batch
from tests.factories.world import World
from tests.support.client import ApiClient


class TestListOwnSerialBatches:
    def test_shows_those_of_own_products_newest_first(
        self, clerk: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        def prepare(session: Session) -> None:
            other = make_shop(session, at=at, name_ja="よその店")
            for shop_id, name in ((world.shop_id, "鮭"), (other.id, "鱈"), (world.shop_id, "鱒")):
                make_batch(session, shop_id=shop_id, at=at, name_ja=name)

        database.run(prepare)

        batches = clerk.get(SHOP_PATH).get_json()["items"]

        assert [(batch["product"], batch["sheets"]) for batch in batches] == [("鱒", 1), ("鮭", 1)]

    def test_comes_in_pages(self, clerk: ApiClient, database: Database, world: World, at: datetime) -> None:
        for name in ("鮭", "鱒"):
            database.run(
                lambda session, name=name: make_batch(session, shop_id=world.shop_id, at=at, name_ja=name).id
            )

        first = clerk.get(f"{SHOP_PATH}?limit=1").get_json()
        second = clerk.get(f"{SHOP_PATH}?limit=1&cursor={first['next_cursor']}").get_json()

        assert [page["items"][0]["product"] for page in (first, second)] == ["鱒", "鮭"]
