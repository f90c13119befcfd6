"""GET /v1/products: what comes from near here."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.organisations import make_product
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def salmon_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    """Of the city; besides, an oyster from the next town."""

    def work(session: Session) -> uuid.UUID:
        salmon = make_product(
            session,
            shop_id=world.shop_id,
            at=at,
            name_ja="秋鮭",
            name_en="Autumn salmon",
            in_store_code="101",
            price_yen=580,
            category="fish",
            certifications=["organic-jas"],
        )
        make_product(
            session,
            shop_id=world.shop_id,
            at=at,
            name_ja="牡蠣",
            origin_municipality_code="016624",
            origin_ring="kushiro_area",
        )
        return salmon.id

    return database.run(work)


def names(caller: ApiClient, query: str) -> list[str]:
    return [product["name"] for product in caller.get(f"/v1/products?{query}").get_json()["items"]]


class TestListProducts:
    def test_tells_what_it_is_whence_and_where(
        self, nobody: ApiClient, world: World, salmon_id: uuid.UUID
    ) -> None:
        page = nobody.get("/v1/products?ring=city", headers={"Accept-Language": "en"}).get_json()

        assert page["items"] == [
            {
                "id": str(salmon_id),
                "name": "Autumn salmon",
                "shop": {"id": str(world.shop_id), "name": "麦と汽笛", "district": "北大通"},
                "origin_municipality_code": "012068",
                "origin_ring": "city",
                "gtin": None,
                "in_store_code": "101",
                "price_yen": 580,
                "category": "fish",
                "certifications": ["organic-jas"],
            }
        ]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("text=牡蠣", ["牡蠣"]),
            ("ring=kushiro_area", ["牡蠣"]),
            ("within_ring=kushiro_area", ["秋鮭", "牡蠣"]),
            ("within_ring=city", ["秋鮭"]),
            (f"shop_id={uuid.UUID(int=7)}", []),
        ],
    )
    def test_finds(self, nobody: ApiClient, salmon_id: uuid.UUID, query: str, expected: list[str]) -> None:
        assert names(nobody, query) == expected

    def test_goes_on_where_the_page_before_ended(self, nobody: ApiClient, salmon_id: uuid.UUID) -> None:
        first = nobody.get("/v1/products?limit=1").get_json()

        assert names(nobody, f"limit=1&cursor={first['next_cursor']}") == ["牡蠣"]

    @pytest.mark.parametrize("field", ["ring", "within_ring"])
    def test_refuses_a_ring_of_another_region(self, nobody: ApiClient, world: World, field: str) -> None:
        response = nobody.get(f"/v1/products?{field}=nagano")

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, "ring_unknown")
        assert problem["errors"][0]["field"] == field
