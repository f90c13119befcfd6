"""GET /v1/shop/products: my shop's products."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.organisations import make_product, make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/products"


@pytest.fixture(autouse=True)
def stock(database: Database, world: World, at: datetime) -> None:
    """Two products, one withdrawn; and one of another shop."""

    def work(session: Session) -> None:
        make_product(session, shop_id=world.shop_id, at=at, name_ja="鮭")
        make_product(session, shop_id=world.shop_id, at=at, name_ja="やめた品", withdrawn_at=at)
        make_product(session, shop_id=make_shop(session, at=at).id, at=at, name_ja="よその品")

    database.run(work)


def names(caller: ApiClient, query: str = "") -> list[str]:
    return [product["name_ja"] for product in caller.get(f"{PATH}{query}").get_json()["items"]]


class TestListOwnProducts:
    def test_shows_what_the_shop_sells(self, clerk: ApiClient) -> None:
        assert names(clerk) == ["鮭"]

    def test_shows_a_register_the_same(self, register: ApiClient) -> None:
        assert names(register) == ["鮭"]

    def test_shows_withdrawn_ones_on_demand(self, clerk: ApiClient) -> None:
        assert names(clerk, "?includes_withdrawn=true") == ["鮭", "やめた品"]

    def test_goes_on_where_the_page_before_ended(self, clerk: ApiClient) -> None:
        first = clerk.get(f"{PATH}?includes_withdrawn=true&limit=1").get_json()

        rest = names(clerk, f"?includes_withdrawn=true&cursor={first['next_cursor']}")

        assert rest == ["やめた品"]

    def test_knows_no_other_shop(self, clerk: ApiClient, database: Database, at: datetime) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)

        assert clerk.get(f"{PATH}?shop_id={other_id}").status_code == 404
