"""organisations.service.products: a shop's local products and their codes."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.organisations.models import Product, ProductCategory
from backend.organisations.queries import ProductNotFound
from backend.organisations.regions import Region, load_region
from backend.organisations.rules import (
    GtinInStore,
    GtinInvalid,
    InStoreCodeInvalid,
    MunicipalityCodeInvalid,
    ProductCodeMissing,
)
from backend.organisations.service.products import (
    ProductCodeTaken,
    ProductDraft,
    add_product,
    edit_product,
    withdraw_product,
)
from backend.organisations.service.shops import ShopEnded
from backend.organisations.texts import CertificationInvalid, NameBlank
from tests.factories.organisations import make_product, make_shop

GTIN = "4901234567894"
Add = Callable[..., Product]
Edit = Callable[..., Product]


@pytest.fixture(scope="module")
def region() -> Region:
    return load_region()


@pytest.fixture
def shop_id(session: Session, at: datetime) -> uuid.UUID:
    return make_shop(session, at=at).id


@pytest.fixture
def add(session: Session, shop_id: uuid.UUID, region: Region, at: datetime) -> Add:
    def make(shop_id: uuid.UUID = shop_id, **changes: Any) -> Product:
        values = {"name_ja": "秋鮭", "origin_municipality_code": "012068", "in_store_code": "101"} | changes
        return add_product(session, shop_id=shop_id, draft=ProductDraft(**values), region=region, at=at)

    return make


@pytest.fixture
def edit(session: Session, shop_id: uuid.UUID, region: Region) -> Edit:
    def make(product_id: uuid.UUID, shop_id: uuid.UUID = shop_id, **changes: Any) -> Product:
        return edit_product(
            session, product_id=product_id, shop_ids=[shop_id], changes=changes, region=region
        )

    return make


class TestAddProduct:
    def test_derives_the_ring_of_the_origin(self, add: Add) -> None:
        assert add(origin_municipality_code="016624").origin_ring == "kushiro_area"

    def test_keeps_one_writing_of_the_gtin(self, add: Add) -> None:
        assert add(gtin="０4901234567894", in_store_code=None).gtin == GTIN

    def test_makes_its_names_searchable(self, add: Add) -> None:
        assert add(name_en="Autumn Salmon").search_text == "秋鮭\nautumn salmon"

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"in_store_code": None}, ProductCodeMissing),
            ({"gtin": "4901234567895"}, GtinInvalid),
            ({"gtin": "0201007005801"}, GtinInStore),
            ({"in_store_code": "4901234567894"}, InStoreCodeInvalid),
            ({"origin_municipality_code": "999999"}, MunicipalityCodeInvalid),
            ({"name_ja": "　"}, NameBlank),
            ({"certifications": ["a_b"]}, CertificationInvalid),
        ],
    )
    def test_refuses_what_no_product_is(
        self, add: Add, changes: dict[str, Any], error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            add(**changes)

    @pytest.mark.parametrize("field", ["gtin", "in_store_code"])
    def test_refuses_a_code_twice_in_one_shop(self, add: Add, field: str) -> None:
        codes = {"gtin": GTIN, "in_store_code": "101"}
        add(**codes)

        with pytest.raises(ProductCodeTaken) as refusal:
            add(**({"in_store_code": None} | {field: codes[field]}))

        assert refusal.value.field == field

    def test_lets_every_shop_have_its_own_101(self, session: Session, add: Add, at: datetime) -> None:
        add()

        other = add(make_shop(session, at=at).id)

        assert other.in_store_code == "101"

    def test_brings_a_withdrawn_one_back(self, add: Add, session: Session, at: datetime) -> None:
        before = add(price_yen=500)
        before.withdrawn_at = at
        session.flush()

        again = add(name_ja="時鮭", price_yen=600)

        assert again.id == before.id
        assert (again.name_ja, again.price_yen, again.withdrawn_at) == ("時鮭", 600, None)

    def test_cannot_bring_back_two_as_one(
        self, add: Add, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        make_product(session, shop_id=shop_id, at=at, gtin=GTIN, withdrawn_at=at)
        make_product(session, shop_id=shop_id, at=at, in_store_code="101", withdrawn_at=at)

        with pytest.raises(ProductCodeTaken):
            add(gtin=GTIN, in_store_code="101")

    def test_is_not_for_a_closed_shop(self, session: Session, add: Add, at: datetime) -> None:
        closed = make_shop(session, at=at, status="closed")

        with pytest.raises(ShopEnded):
            add(closed.id)


class TestEditProduct:
    def test_leaves_what_it_is_not_told(self, add: Add, edit: Edit) -> None:
        product = add(name_en="Salmon", price_yen=500)

        edited = edit(product.id, price_yen=620)

        assert (edited.name_en, edited.price_yen, edited.in_store_code) == ("Salmon", 620, "101")

    def test_may_keep_its_own_code(self, add: Add, edit: Edit) -> None:
        product = add()

        assert edit(product.id, in_store_code="101").in_store_code == "101"

    def test_leaves_category_and_certifications_unless_told(self, add: Add, edit: Edit) -> None:
        product = add(category="fish", certifications=["jas"])

        edited = edit(product.id, price_yen=620)

        assert (edited.category, edited.certifications) == ("fish", ["jas"])

    def test_moves_the_ring_with_the_origin(self, add: Add, edit: Edit) -> None:
        product = add()

        assert edit(product.id, origin_municipality_code="012238").origin_ring == "kushiro_nemuro"

    def test_refuses_to_leave_no_code(self, add: Add, edit: Edit) -> None:
        product = add()

        with pytest.raises(ProductCodeMissing):
            edit(product.id, in_store_code=None)

    def test_refuses_the_code_of_another_product(self, add: Add, edit: Edit) -> None:
        add(in_store_code="102")
        product = add()

        with pytest.raises(ProductCodeTaken):
            edit(product.id, in_store_code="102")

    def test_knows_no_product_of_another_shop(
        self, session: Session, add: Add, edit: Edit, at: datetime
    ) -> None:
        product = add(make_shop(session, at=at).id)

        with pytest.raises(ProductNotFound):
            edit(product.id, price_yen=1)


class TestProductsTable:
    @pytest.mark.parametrize("category", ProductCategory)
    def test_knows_every_category(
        self, session: Session, shop_id: uuid.UUID, at: datetime, category: ProductCategory
    ) -> None:
        product = make_product(session, shop_id=shop_id, at=at, category=category.value)

        session.refresh(product)
        assert product.category == category

    def test_knows_no_other(self, session: Session, shop_id: uuid.UUID, at: datetime) -> None:
        with pytest.raises(IntegrityError):
            make_product(session, shop_id=shop_id, at=at, category="gold")

    def test_calls_a_product_other_that_was_there_before(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        product = make_product(session, shop_id=shop_id, at=at)

        session.refresh(product)
        assert (product.category, product.certifications) == ("other", [])


class TestWithdrawProduct:
    def test_dates_the_withdrawal(self, session: Session, add: Add, shop_id: uuid.UUID, at: datetime) -> None:
        product = add()

        withdraw_product(session, product_id=product.id, shop_ids=[shop_id], at=at)

        session.refresh(product)
        assert product.withdrawn_at == at

    def test_knows_it_no_more_afterwards(
        self, session: Session, add: Add, edit: Edit, shop_id: uuid.UUID, at: datetime
    ) -> None:
        product = add()
        withdraw_product(session, product_id=product.id, shop_ids=[shop_id], at=at)

        with pytest.raises(ProductNotFound):
            edit(product.id, price_yen=1)
