"""GET /v1/city/serial-batches."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.serials import CITY_PATH, claim_serial, digits_of, make_batch
from tests.factories.world import World
from tests.support.client import ApiClient


class TestListSerialBatches:
    def test_shows_how_much_was_claimed_newest_first(
        self, city: ApiClient, citizen: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        batches = database.run(
            lambda session: [
                make_batch(session, shop_id=world.shop_id, at=at, name_ja=name) for name in ("鮭", "鱒")
            ]
        )
        digits = database.run(lambda session: digits_of(session, batches[0]))
        claim_serial(citizen, digits[0])

        found = city.get(CITY_PATH).get_json()["items"]

        assert [(batch["product"], batch["claimed_count"]) for batch in found] == [("鱒", 0), ("鮭", 1)]

    def test_comes_in_pages(self, city: ApiClient, database: Database, world: World, at: datetime) -> None:
        for name in ("鮭", "鱒"):
            database.run(
                lambda session, name=name: make_batch(session, shop_id=world.shop_id, at=at, name_ja=name).id
            )

        first = city.get(f"{CITY_PATH}?limit=1").get_json()
        second = city.get(f"{CITY_PATH}?limit=1&cursor={first['next_cursor']}").get_json()

        assert [page["items"][0]["product"] for page in (first, second)] == ["鱒", "鮭"]
        assert second["next_cursor"] is None

    def test_is_for_officers(self, approver: ApiClient) -> None:
        assert approver.get(CITY_PATH).status_code == 403
