"""organisations.sold_products: what the codes on a receipt stand for."""

import uuid
from collections.abc import Mapping
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend.organisations.models import Product
from backend.organisations.sold_products import SoldProduct, find_products_by_codes
from tests.factories.organisations import make_product, make_shop

GTIN = "4901234567894"
GTIN_8 = "49123456"


@pytest.fixture
def shop_id(session: Session, at: datetime) -> uuid.UUID:
    return make_shop(session, at=at).id


@pytest.fixture
def salmon(session: Session, shop_id: uuid.UUID, at: datetime) -> Product:
    return make_product(
        session,
        shop_id=shop_id,
        at=at,
        gtin=GTIN,
        in_store_code="101",
        category="fish",
        certifications=["jas"],
        origin_ring="kushiro_area",
    )


def ids(found: Mapping[str, SoldProduct]) -> dict[str, uuid.UUID]:
    return {code: sold.product_id for code, sold in found.items()}


class TestFindProductsByCodes:
    def test_tells_what_campaigns_ask(self, session: Session, shop_id: uuid.UUID, salmon: Product) -> None:
        found = find_products_by_codes(session, shop_id=shop_id, gtins=[GTIN], in_store_codes=[])

        assert found == {GTIN: SoldProduct(salmon.id, "fish", ["jas"], "kushiro_area")}

    def test_knows_a_product_by_each_of_its_codes(
        self, session: Session, shop_id: uuid.UUID, salmon: Product
    ) -> None:
        found = find_products_by_codes(session, shop_id=shop_id, gtins=[GTIN], in_store_codes=["101"])

        assert ids(found) == {GTIN: salmon.id, "101": salmon.id}

    @pytest.mark.parametrize("writing", [f"0{GTIN}", GTIN])
    def test_answers_by_the_code_as_the_till_writes_it(
        self, session: Session, shop_id: uuid.UUID, salmon: Product, writing: str
    ) -> None:
        found = find_products_by_codes(session, shop_id=shop_id, gtins=[writing], in_store_codes=[])

        assert ids(found) == {writing: salmon.id}

    def test_counts_withdrawn_ones_too(
        self, session: Session, shop_id: uuid.UUID, salmon: Product, at: datetime
    ) -> None:
        salmon.withdrawn_at = at
        session.flush()

        found = find_products_by_codes(session, shop_id=shop_id, gtins=[], in_store_codes=["101"])

        assert ids(found) == {"101": salmon.id}

    def test_leaves_out_what_the_shop_does_not_have(
        self, session: Session, shop_id: uuid.UUID, salmon: Product, at: datetime
    ) -> None:
        other_id = make_shop(session, at=at).id
        make_product(session, shop_id=other_id, at=at, in_store_code="102")

        found = find_products_by_codes(
            session, shop_id=shop_id, gtins=["4901234567895", "x", GTIN_8], in_store_codes=["102", ""]
        )

        assert found == {}

    def test_keeps_apart_what_each_shop_calls_101(
        self, session: Session, shop_id: uuid.UUID, salmon: Product, at: datetime
    ) -> None:
        other_id = make_shop(session, at=at).id
        other = make_product(session, shop_id=other_id, at=at, in_store_code="101")

        found = find_products_by_codes(session, shop_id=other_id, gtins=[GTIN], in_store_codes=["101"])

        assert ids(found) == {"101": other.id}

    def test_takes_the_gtin_before_an_in_store_code_of_the_same_digits(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        branded = make_product(session, shop_id=shop_id, at=at, gtin=GTIN_8)
        make_product(session, shop_id=shop_id, at=at, in_store_code=GTIN_8)

        found = find_products_by_codes(session, shop_id=shop_id, gtins=[GTIN_8], in_store_codes=[GTIN_8])

        assert ids(found) == {GTIN_8: branded.id}
