"""In-store bar codes that hold a price: one product, whatever its sticker says."""

import uuid
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from backend.organisations.price_codes import Layout, PriceCodeLayoutInvalid, by_prefix, stem_of
from backend.organisations.rules import gtin_check
from backend.organisations.service.price_codes import set_price_code_layouts
from backend.organisations.sold_products import find_products_by_codes
from tests.factories.organisations import make_product, make_shop

FISH = Layout("02", 5, 5)
BREAD = Layout("21", 5, 4)  # with a check digit of the price
LAYOUTS = by_prefix([FISH, BREAD])


def fish_code(item: int, price: int) -> str:
    body = f"02{item:05}{price:05}"
    return body + str(gtin_check(body))


@pytest.fixture
def shop_id(session: Session, at: datetime) -> uuid.UUID:
    shop_id = make_shop(session, at=at).id
    set_price_code_layouts(session, shop_id=shop_id, layouts=LAYOUTS)
    return shop_id


class TestStemOf:
    @given(item=st.integers(0, 99_999), price=st.integers(1, 99_999))
    def test_stays_whatever_the_price(self, item: int, price: int) -> None:
        assert stem_of(fish_code(item, price), LAYOUTS) == f"02{item:05}"

    def test_leaves_the_prices_check_digit_out(self) -> None:
        body = "211234590320"

        assert stem_of(body + str(gtin_check(body)), LAYOUTS) == "2112345"

    @pytest.mark.parametrize(
        "code", ["0201007005802", "2001007005800", "4901234567894", "02010070058", "101", ""]
    )
    def test_is_nothing_of_any_other_code(self, code: str) -> None:
        assert stem_of(code, LAYOUTS) is None


class TestLayout:
    @pytest.mark.parametrize(
        ("prefix", "item_digits", "price_digits", "field"),
        [
            ("49", 5, 5, "prefix"),
            ("2", 5, 5, "prefix"),
            ("02", 5, 3, "price_digits"),
            ("02", 6, 5, "item_digits"),
            ("02", 4, 4, "item_digits"),
        ],
    )
    def test_refuses_what_fills_no_code(
        self, prefix: str, item_digits: int, price_digits: int, field: str
    ) -> None:
        with pytest.raises(PriceCodeLayoutInvalid) as refused:
            Layout(prefix, item_digits, price_digits)

        assert refused.value.field == field

    def test_refuses_a_prefix_given_twice(self) -> None:
        with pytest.raises(PriceCodeLayoutInvalid) as refused:
            by_prefix([FISH, BREAD, FISH])

        assert refused.value.field == "layouts.2.prefix"


class TestFindProductsByCodes:
    @pytest.mark.parametrize("registered", [fish_code(1007, 580), "0201007"])
    def test_finds_the_product_at_another_price(
        self, session: Session, shop_id: uuid.UUID, at: datetime, registered: str
    ) -> None:
        product = make_product(session, shop_id=shop_id, at=at, in_store_code=registered)
        code = fish_code(1007, 640)

        found = find_products_by_codes(session, shop_id=shop_id, gtins=[], in_store_codes=[code])

        assert found[code].product_id == product.id

    def test_goes_by_the_very_code_first(self, session: Session, shop_id: uuid.UUID, at: datetime) -> None:
        code = fish_code(1007, 640)
        make_product(session, shop_id=shop_id, at=at, in_store_code=fish_code(1007, 580))
        exact = make_product(session, shop_id=shop_id, at=at, in_store_code=code)

        found = find_products_by_codes(session, shop_id=shop_id, gtins=[], in_store_codes=[code])

        assert found[code].product_id == exact.id

    def test_goes_by_what_is_sold_before_what_was_withdrawn(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        make_product(session, shop_id=shop_id, at=at, in_store_code=fish_code(7, 100), withdrawn_at=at)
        sold = make_product(session, shop_id=shop_id, at=at, in_store_code=fish_code(7, 200))
        make_product(session, shop_id=shop_id, at=at, in_store_code=fish_code(7, 300))
        code = fish_code(7, 400)

        found = find_products_by_codes(session, shop_id=shop_id, gtins=[], in_store_codes=[code])

        assert found[code].product_id == sold.id

    def test_takes_no_price_off_where_the_shop_did_not_say_so(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        set_price_code_layouts(session, shop_id=shop_id, layouts={})
        make_product(session, shop_id=shop_id, at=at, in_store_code=fish_code(1007, 580))

        found = find_products_by_codes(
            session, shop_id=shop_id, gtins=[], in_store_codes=[fish_code(1007, 640)]
        )

        assert found == {}

    def test_knows_no_product_of_another_shop(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        other_id = make_shop(session, at=at).id
        make_product(session, shop_id=other_id, at=at, in_store_code=fish_code(1007, 580))

        found = find_products_by_codes(
            session, shop_id=shop_id, gtins=[], in_store_codes=[fish_code(1007, 640)]
        )

        assert found == {}
