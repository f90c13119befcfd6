"""organisations.queries: one shop, the city's lists, products, registers."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.pages import PageRequest
from backend.organisations.models import ShopStatus
from backend.organisations.queries import (
    ProductFilters,
    ShopNotFound,
    get_active_shop,
    list_products,
    list_products_of_shop,
    list_shops_by_status,
)
from backend.organisations.register_queries import find_register_by_key, list_api_keys
from backend.organisations.rules import OpeningHours
from backend.people.principals import RegisterPrincipal
from tests.factories.organisations import make_hours, make_product, make_register_key, make_shop, make_tags
from tests.support.statements import asked_statements

MONDAY = 0


def names(page: Any) -> list[str]:
    return [item.shop.name_ja for item in page.items]


class TestGetActiveShop:
    def test_brings_hours_and_tags_in_order(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at)
        make_hours(session, (MONDAY, 780, 1080), (MONDAY, 540, 720), shop_id=shop.id)
        make_tags(session, "cafe", "bakery", shop_id=shop.id)

        described = get_active_shop(session, shop_id=shop.id)

        assert described.hours == [OpeningHours(MONDAY, 540, 720), OpeningHours(MONDAY, 780, 1080)]
        assert described.tags == ["bakery", "cafe"]

    @pytest.mark.parametrize("status", ["applied", "suspended", "closed", "rejected"])
    def test_knows_no_other_shop(self, session: Session, at: datetime, status: str) -> None:
        shop = make_shop(session, at=at, status=status)

        with pytest.raises(ShopNotFound):
            get_active_shop(session, shop_id=shop.id)


class TestListShopsByStatus:
    def test_shows_one_status_in_order_of_application(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, name_ja="先", status="applied")
        make_shop(session, at=at, name_ja="営業中")
        make_shop(session, at=at, name_ja="後", status="applied")

        page = list_shops_by_status(session, status=ShopStatus.APPLIED, page=PageRequest())

        assert names(page) == ["先", "後"]

    def test_shows_every_status_when_none_is_named(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, name_ja="申請中", status="applied")
        make_shop(session, at=at, name_ja="終了", status="closed")

        page = list_shops_by_status(session, status=None, page=PageRequest())

        assert names(page) == ["申請中", "終了"]

    def test_asks_the_database_three_times_however_long_the_page(
        self, database: Database, at: datetime
    ) -> None:
        for name in ("一", "二", "三"):
            database.run(lambda session, name=name: make_shop(session, at=at, name_ja=name))

        with asked_statements(database) as asked:
            page = database.run(
                lambda session: list_shops_by_status(session, status=None, page=PageRequest()), writes=False
            )

        assert names(page) == ["一", "二", "三"]
        assert len(asked) == 3


class TestListProducts:
    def test_shows_what_active_shops_sell_now(self, session: Session, at: datetime) -> None:
        active = make_shop(session, at=at)
        suspended = make_shop(session, at=at, status="suspended")
        make_product(session, shop_id=active.id, at=at, name_ja="鮭")
        make_product(session, shop_id=active.id, at=at, name_ja="やめた品", withdrawn_at=at)
        make_product(session, shop_id=suspended.id, at=at, name_ja="止められた品")

        page = list_products(session, filters=ProductFilters(), page=PageRequest())

        assert [item.product.name_ja for item in page.items] == ["鮭"]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"text": "サケ"}, ["さけ"]),
            ({"rings": ["kushiro_area"]}, ["牡蠣"]),
            ({"rings": ["city"]}, ["さけ"]),
            ({"text": "%"}, []),
        ],
    )
    def test_finds_by_name_and_origin(
        self, session: Session, at: datetime, filters: dict[str, Any], expected: list[str]
    ) -> None:
        shop = make_shop(session, at=at)
        make_product(session, shop_id=shop.id, at=at, name_ja="さけ")
        make_product(
            session,
            shop_id=shop.id,
            at=at,
            name_ja="牡蠣",
            origin_municipality_code="016624",
            origin_ring="kushiro_area",
        )

        page = list_products(session, filters=ProductFilters(**filters), page=PageRequest())

        assert [item.product.name_ja for item in page.items] == expected

    def test_finds_those_of_one_shop(self, session: Session, at: datetime) -> None:
        wanted, other = make_shop(session, at=at), make_shop(session, at=at)
        make_product(session, shop_id=wanted.id, at=at, name_ja="鮭")
        make_product(session, shop_id=other.id, at=at, name_ja="鮭")

        page = list_products(session, filters=ProductFilters(shop_id=wanted.id), page=PageRequest())

        assert [item.shop.id for item in page.items] == [wanted.id]

    def test_goes_on_where_the_page_before_ended(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at)
        for number in range(3):
            make_product(session, shop_id=shop.id, at=at, name_ja=f"品{number}")
        first = list_products(session, filters=ProductFilters(), page=PageRequest(limit=2))

        second = list_products(session, filters=ProductFilters(), page=PageRequest(2, first.next_cursor))

        assert [item.product.name_ja for item in second.items] == ["品2"]

    def test_asks_the_database_once_however_long_the_page(self, database: Database, at: datetime) -> None:
        shop = database.run(lambda session: make_shop(session, at=at))
        for name in ("鮭", "昆布"):
            database.run(
                lambda session, name=name: make_product(session, shop_id=shop.id, at=at, name_ja=name)
            )

        with asked_statements(database) as asked:
            page = database.run(
                lambda session: list_products(session, filters=ProductFilters(), page=PageRequest()),
                writes=False,
            )

        assert len(page.items) == 2
        assert len(asked) == 1


class TestListProductsOfShop:
    @pytest.mark.parametrize(
        ("includes_withdrawn", "expected"), [(False, ["鮭"]), (True, ["鮭", "やめた品"])]
    )
    def test_shows_withdrawn_ones_on_demand(
        self, session: Session, at: datetime, includes_withdrawn: bool, expected: list[str]
    ) -> None:
        shop = make_shop(session, at=at)
        make_product(session, shop_id=shop.id, at=at, name_ja="鮭")
        make_product(session, shop_id=shop.id, at=at, name_ja="やめた品", withdrawn_at=at)

        page = list_products_of_shop(
            session, shop_id=shop.id, includes_withdrawn=includes_withdrawn, page=PageRequest()
        )

        assert [product.name_ja for product in page.items] == expected


class TestFindRegisterByKey:
    def test_finds_the_register_and_its_scopes(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at)
        key = make_register_key(session, shop_id=shop.id, at=at, scopes=("codes",))
        api_key = list_api_keys(session, shop_id=shop.id, at=at, page=PageRequest()).items[0]

        register = find_register_by_key(session, key=key, at=at)

        assert register == RegisterPrincipal(api_key.id, api_key.id, shop.id, ("codes",))

    def test_knows_no_other_key(self, session: Session, at: datetime) -> None:
        assert find_register_by_key(session, key="mgk_guessed", at=at) is None
