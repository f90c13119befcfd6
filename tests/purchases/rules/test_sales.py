"""Sales and their lines."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.purchases.rules.sales import LinesNotSummingToAmount, Sale, SaleLine, read_lines

names = st.none() | st.text(min_size=1, max_size=20)
lines = st.builds(
    SaleLine,
    name=names,
    quantity=st.integers(min_value=1, max_value=9_999),
    amount_yen=st.integers(min_value=0, max_value=9_999_999),
    gtin=st.none() | st.just("4901234567894"),
    in_store_code=st.none() | st.just("0201007005801"),
    tax_permille=st.none() | st.sampled_from([80, 100]),
    product_id=st.none() | st.uuids(),
    category=st.none() | st.just("fish"),
    certifications=st.lists(st.sampled_from(["msc", "organic"]), unique=True).map(tuple),
    origin_ring=st.none() | st.just("city"),
)


class TestSale:
    def test_may_have_no_lines(self) -> None:
        assert Sale(1_000).lines == ()

    def test_has_lines_that_sum_to_its_amount(self) -> None:
        bread = SaleLine(name="パン", quantity=2, amount_yen=400)

        assert Sale(400, (bread,)).lines == (bread,)

    def test_refuses_lines_that_sum_to_something_else(self) -> None:
        with pytest.raises(LinesNotSummingToAmount):
            Sale(399, (SaleLine(name="パン", quantity=2, amount_yen=400),))


class TestSaleLine:
    @given(line=lines)
    def test_comes_back_as_it_was_kept(self, line: SaleLine) -> None:
        assert SaleLine.from_json(line.to_json()) == line

    def test_keeps_only_what_is_known(self) -> None:
        line = SaleLine(name=None, quantity=1, amount_yen=100, product_id=uuid.UUID(int=7))

        assert line.to_json() == {
            "quantity": 1,
            "amount_yen": 100,
            "product_id": "00000000-0000-0000-0000-000000000007",
        }

    def test_is_read_from_nothing_as_no_lines(self) -> None:
        assert read_lines(None) == ()
