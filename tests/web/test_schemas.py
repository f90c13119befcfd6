"""Shapes shared by all faces: what they take, what they refuse, and that they do nothing else."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from backend.web.schemas import AMOUNT_MAX_YEN, In, Out, PageQuery, Yen, page_of, text_field

unhurried = settings(deadline=None)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


class PriceIn(In):
    amount_yen = Yen(required=True)


class NameIn(In):
    name = text_field(10, required=True)


PRICE, NAME = PriceIn(), NameIn()


def taken(schema: Any, field: str, value: Any) -> Any:
    """What the schema makes of a value; None when it is refused. Any other error comes through."""
    try:
        return schema.load({field: value})[field]
    except ValidationError:
        return None


class TestYen:
    @unhurried
    @given(value=st.integers(1, AMOUNT_MAX_YEN))
    def test_takes_every_amount_as_it_is(self, value: int) -> None:
        assert taken(PRICE, "amount_yen", value) == value

    @unhurried
    @given(value=st.integers(1, AMOUNT_MAX_YEN))
    def test_takes_a_whole_number_written_with_a_point(self, value: int) -> None:
        found = taken(PRICE, "amount_yen", float(value))

        assert (found, type(found)) == (value, int)

    @unhurried
    @given(value=st.integers(max_value=0) | st.integers(min_value=AMOUNT_MAX_YEN + 1))
    def test_takes_none_outside_its_bounds(self, value: int) -> None:
        assert taken(PRICE, "amount_yen", value) is None

    @unhurried
    @given(
        value=json_values.filter(lambda value: isinstance(value, bool) or not isinstance(value, int | float))
    )
    def test_takes_nothing_that_is_no_number(self, value: Any) -> None:
        assert taken(PRICE, "amount_yen", value) is None

    @unhurried
    @given(value=st.floats().filter(lambda value: value != value // 1))
    def test_takes_no_fraction(self, value: float) -> None:
        assert taken(PRICE, "amount_yen", value) is None

    @pytest.mark.parametrize("value", [10**30, -(10**30), 10**300, 1e308, float("inf"), float("nan")])
    def test_takes_no_number_beyond_all_bounds(self, value: float) -> None:
        assert taken(PRICE, "amount_yen", value) is None


class TestTextField:
    @unhurried
    @given(value=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=10))
    def test_takes_any_visible_text_as_it_is(self, value: str) -> None:
        assert taken(NAME, "name", value) == value

    @pytest.mark.parametrize("value", [chr(code) for code in (*range(9), *range(11, 32), 127)])
    def test_takes_no_control_character(self, value: str) -> None:
        assert [taken(NAME, "name", text) for text in (value, f"a{value}", f"{value}a", f"a{value}b")] == [
            None
        ] * 4

    @pytest.mark.parametrize("value", ["", "x" * 11, "🦌" * 11])
    def test_takes_no_text_outside_its_bounds(self, value: str) -> None:
        assert taken(NAME, "name", value) is None

    @unhurried
    @given(value=json_values.filter(lambda value: not isinstance(value, str)))
    def test_takes_nothing_that_is_no_text(self, value: Any) -> None:
        assert taken(NAME, "name", value) is None


class TestIn:
    @unhurried
    @given(body=json_values)
    def test_never_fails_otherwise_on_any_json(self, body: Any) -> None:
        with pytest.raises(ValidationError):
            PRICE.load(body)

    @unhurried
    @given(name=st.text().filter(lambda name: name != "amount_yen"))
    def test_takes_no_field_that_nobody_asked_for(self, name: str) -> None:
        with pytest.raises(ValidationError):
            PRICE.load({"amount_yen": 1, name: 1})


class TestPageQuery:
    def test_begins_at_the_beginning_with_twenty(self) -> None:
        assert PageQuery().load({}) == {"limit": 20, "cursor": None}

    @unhurried
    @given(limit=st.text(), cursor=st.text())
    def test_takes_or_refuses_anything_that_stands_in_an_address(self, limit: str, cursor: str) -> None:
        found = taken_query(limit, cursor)

        assert found is None or 1 <= found["limit"] <= 100


def taken_query(limit: str, cursor: str) -> Any:
    try:
        return PageQuery().load({"limit": limit, "cursor": cursor})
    except ValidationError:
        return None


class TestPageOf:
    def test_is_named_after_its_items(self) -> None:
        class FishOut(Out):
            name = fields.String(required=True)

        assert page_of(FishOut).__name__ == "FishPage"
