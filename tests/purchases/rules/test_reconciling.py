"""A till's day beside ours: what is the same is never told, what differs always is."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.purchases.rules.reconciling import (
    Comparison,
    DayNotReconcilable,
    DayTotalContradicted,
    DifferenceKind,
    RecordedSale,
    StatedDay,
    check_day,
    compare,
    read_parts,
)

TODAY = date(2026, 6, 15)
OF_SALES = {
    DifferenceKind.MISSING_HERE,
    DifferenceKind.MISSING_THERE,
    DifferenceKind.AMOUNT_DIFFERS,
    DifferenceKind.STATED_TWICE,
}

amounts = st.integers(1, 9_999_999)
listed = st.dictionaries(st.sampled_from([f"sale-{number}" for number in range(8)]), amounts, max_size=8)


def recorded_sales(sales: Mapping[str, int], *, rate: int | None = None) -> list[RecordedSale]:
    """Each with a name of ours and the till's."""
    return [
        RecordedSale((f"ours-{name}", name), amount, {} if rate is None else {rate: amount})
        for name, amount in sales.items()
    ]


def stated_day(sales: Mapping[str, int]) -> StatedDay:
    return StatedDay(count=len(sales), amount_yen=sum(sales.values()), sales=sales)


def kinds(comparison: Comparison) -> list[str]:
    return [difference.kind.value for difference in comparison.differences]


def off_by(stated: int, recorded: int) -> int:
    return stated - recorded


class TestCompare:
    @given(sales=listed)
    def test_tells_nothing_where_both_say_the_same(self, sales: dict[str, int]) -> None:
        comparison = compare(stated_day(sales), recorded_sales(sales))

        assert comparison.differences == []

    @given(stated=listed, recorded=listed)
    def test_tells_differences_of_sales_that_sum_to_those_of_the_totals(
        self, stated: dict[str, int], recorded: dict[str, int]
    ) -> None:
        comparison = compare(stated_day(stated), recorded_sales(recorded))

        of_sales = [found for found in comparison.differences if found.kind in OF_SALES]
        assert sum(off_by(found.stated, found.recorded) for found in of_sales) == off_by(
            sum(stated.values()), sum(recorded.values())
        )

    @given(stated=listed, recorded=listed)
    def test_tells_something_of_a_sale_exactly_where_the_lists_differ(
        self, stated: dict[str, int], recorded: dict[str, int]
    ) -> None:
        comparison = compare(stated_day(stated), recorded_sales(recorded))

        told = {
            found.sale or str(found.purchase_id).removeprefix("ours-") for found in comparison.differences
        }
        differing = {name for name in {*stated, *recorded} if stated.get(name) != recorded.get(name)}
        assert told - {"None"} == differing

    @given(stated=listed, recorded=listed)
    def test_tells_what_is_missing_here_as_what_is_missing_there_seen_from_the_other_side(
        self, stated: dict[str, int], recorded: dict[str, int]
    ) -> None:
        forth = compare(stated_day(stated), recorded_sales(recorded))
        back = compare(stated_day(recorded), recorded_sales(stated))

        assert kinds(forth).count("missing_here") == kinds(back).count("missing_there")

    def test_knows_a_sale_by_any_of_its_names(self) -> None:
        sale = RecordedSale(("purchase", "code", "checkout"), 580, {})

        comparison = compare(stated_day({"checkout": 580}), [sale])

        assert comparison.differences == []

    def test_tells_a_sale_that_is_stated_by_two_names(self) -> None:
        sale = RecordedSale(("purchase", "code"), 580, {})

        comparison = compare(stated_day({"code": 580, "purchase": 580}), [sale])

        assert kinds(comparison) == ["count_differs", "total_differs", "stated_twice"]

    def test_compares_the_totals_only_where_the_till_lists_nothing(self) -> None:
        comparison = compare(StatedDay(count=2, amount_yen=900), recorded_sales({"a": 580}))

        assert [(found.kind.value, found.stated, found.recorded) for found in comparison.differences] == [
            ("count_differs", 2, 1),
            ("total_differs", 900, 580),
        ]


class TestCompareRates:
    def test_tells_each_rate_that_differs(self) -> None:
        day = StatedDay(count=1, amount_yen=1000, rates={80: 400, 100: 600})
        sale = RecordedSale(("a",), 1000, {80: 500, 100: 500})

        differences = compare(day, [sale]).differences

        assert [(found.tax_permille, found.stated, found.recorded) for found in differences] == [
            (80, 400, 500),
            (100, 600, 500),
        ]

    @given(amount=amounts, known=amounts)
    def test_lets_what_was_recorded_without_tax_have_had_any(self, amount: int, known: int) -> None:
        day = StatedDay(count=2, amount_yen=amount + known, rates={80: amount + known})
        sales: Sequence[RecordedSale] = [
            RecordedSale(("a",), amount, {}),
            RecordedSale(("b",), known, {80: known}),
        ]

        assert compare(day, sales).differences == []

    def test_does_not_let_it_explain_more_than_there_is(self) -> None:
        day = StatedDay(count=2, amount_yen=1000, rates={80: 1000})
        sales = [RecordedSale(("a",), 400, {}), RecordedSale(("b",), 600, {100: 600})]

        assert kinds(compare(day, sales)) == ["rate_differs", "rate_differs"]


class TestStatedDay:
    def test_refuses_rates_that_do_not_sum_to_the_total(self) -> None:
        with pytest.raises(DayTotalContradicted) as refused:
            StatedDay(count=1, amount_yen=1000, rates={80: 999})

        assert refused.value.field == "rates"

    @pytest.mark.parametrize(
        ("count", "amount_yen", "field"), [(1, 1000, "sales"), (2, 580, "count"), (0, 580, "count")]
    )
    def test_refuses_sales_that_do_not_make_its_total(self, count: int, amount_yen: int, field: str) -> None:
        with pytest.raises(DayTotalContradicted) as refused:
            StatedDay(count=count, amount_yen=amount_yen, sales={"a": 580})

        assert refused.value.field == field


class TestReadParts:
    def test_takes_capitals_for_small_letters(self) -> None:
        assert read_parts([("ABC", 5)], field="sales") == {"abc": 5}

    def test_refuses_a_part_that_is_named_twice(self) -> None:
        with pytest.raises(DayTotalContradicted):
            read_parts([("abc", 5), ("ABC", 5)], field="sales")


class TestCheckDay:
    @pytest.mark.parametrize("day", [TODAY, date(2026, 4, 14)])
    def test_lets_today_and_two_months_back_pass(self, day: date) -> None:
        check_day(day, TODAY)

    @pytest.mark.parametrize("day", [date(2026, 6, 16), date(2026, 4, 13), date(1, 1, 1)])
    def test_refuses_any_other(self, day: date) -> None:
        with pytest.raises(DayNotReconcilable):
            check_day(day, TODAY)
