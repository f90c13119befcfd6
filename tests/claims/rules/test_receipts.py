"""Sums of receipts, what becomes of their lines, and what tells two of them apart."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.claims.rules.receipts import (
    NEAR,
    RateTotal,
    Receipt,
    ReceiptFieldMissing,
    ReceiptLine,
    ReceiptLinesMismatched,
    ReceiptTaxMismatched,
    ReceiptTotalsMismatched,
    Statement,
    are_likely_one,
    check_complete,
    check_sums,
    is_tax_of,
    plain_receipt_number,
    sale_lines,
    signatures_of,
    spread,
)

DONE_AT = datetime(2026, 6, 15, 2, 48, tzinfo=UTC)
BREAD = ReceiptLine(name="バターロール", quantity=2, amount_yen=540, tax_permille=80)
BAG = ReceiptLine(name="紙袋", amount_yen=110)
RATES = (
    RateTotal(tax_permille=80, amount_yen=540, tax_yen=40),
    RateTotal(tax_permille=100, amount_yen=110, tax_yen=10),
)
BAKERY = Receipt(
    registration_number="8700110005901",
    shop_name="麦と汽笛",
    receipt_number="004217",
    done_at=DONE_AT,
    total_yen=650,
    rates=RATES,
    lines=(BREAD, BAG),
)
# The same purchase at a till that prints prices without tax and adds it below.
WITHOUT_TAX = replace(
    BAKERY,
    lines=(
        replace(BREAD, amount_yen=333),
        replace(BREAD, amount_yen=167),
        replace(BAG, amount_yen=100),
    ),
    lines_exclude_tax=True,
)
amounts = st.integers(min_value=0, max_value=9_999_999)
permilles = st.sampled_from([100, 80, 0])


class TestReceipt:
    @pytest.mark.parametrize("receipt", [Receipt(), BAKERY, WITHOUT_TAX])
    def test_comes_back_as_it_was_kept(self, receipt: Receipt) -> None:
        assert Receipt.from_json(receipt.to_json()) == receipt


class TestCheckSums:
    @pytest.mark.parametrize(
        "receipt",
        [
            Receipt(),
            BAKERY,
            WITHOUT_TAX,
            replace(BAKERY, rates=()),
            replace(BAKERY, lines=()),
            replace(BAKERY, total_yen=None),
        ],
    )
    def test_believes(self, receipt: Receipt) -> None:
        check_sums(receipt)

    @pytest.mark.parametrize(
        ("receipt", "error"),
        [
            (replace(BAKERY, total_yen=651), ReceiptTotalsMismatched),
            (replace(BAKERY, rates=(*RATES, RATES[0])), ReceiptTotalsMismatched),
            (replace(BAKERY, rates=(replace(RATES[0], tax_yen=54), RATES[1])), ReceiptTaxMismatched),
            (replace(BAKERY, lines=(BREAD,)), ReceiptLinesMismatched),
            (replace(BAKERY, lines=(BREAD, replace(BAG, amount_yen=111))), ReceiptLinesMismatched),
            # The sum is right, but the bag is no food.
            (replace(BAKERY, lines=(BREAD, replace(BAG, tax_permille=80))), ReceiptLinesMismatched),
            (replace(BAKERY, rates=(), total_yen=651), ReceiptLinesMismatched),
            (replace(WITHOUT_TAX, rates=()), ReceiptLinesMismatched),
            (replace(WITHOUT_TAX, lines_exclude_tax=False), ReceiptLinesMismatched),
        ],
    )
    def test_refuses(self, receipt: Receipt, error: type[Exception]) -> None:
        with pytest.raises(error):
            check_sums(receipt)


class TestIsTaxOf:
    @given(price_yen=amounts, permille=permilles, rounds_up=st.booleans())
    def test_believes_a_tax_added_to_a_price_however_it_was_rounded(
        self, price_yen: int, permille: int, rounds_up: bool
    ) -> None:
        tax_yen = -(-price_yen * permille // 1000) if rounds_up else price_yen * permille // 1000

        assert is_tax_of(RateTotal(tax_permille=permille, amount_yen=price_yen + tax_yen, tax_yen=tax_yen))

    @given(amount_yen=amounts, permille=permilles)
    def test_believes_a_tax_contained_in_an_amount(self, amount_yen: int, permille: int) -> None:
        tax_yen = round(amount_yen * permille / (1000 + permille))

        assert is_tax_of(RateTotal(tax_permille=permille, amount_yen=amount_yen, tax_yen=tax_yen))

    @given(amount_yen=amounts, permille=permilles, slip=st.integers(3, 1000), is_above=st.booleans())
    def test_believes_nothing_three_yen_off(
        self, amount_yen: int, permille: int, slip: int, is_above: bool
    ) -> None:
        tax_yen = amount_yen * permille // (1000 + permille) + (slip if is_above else -slip)

        assert not is_tax_of(RateTotal(tax_permille=permille, amount_yen=amount_yen, tax_yen=tax_yen))


class TestCheckComplete:
    def test_wants_a_total_and_a_time(self) -> None:
        check_complete(Receipt(total_yen=650, done_at=DONE_AT))

    @pytest.mark.parametrize("name", ["total_yen", "done_at"])
    def test_names_what_is_missing(self, name: str) -> None:
        with pytest.raises(ReceiptFieldMissing) as caught:
            check_complete(replace(BAKERY, **{name: None}))

        assert caught.value.field == name


class TestSaleLines:
    def test_are_those_of_the_receipt(self) -> None:
        lines = sale_lines(BAKERY)

        assert [(line.name, line.quantity, line.amount_yen, line.tax_permille) for line in lines] == [
            ("バターロール", 2, 540, 80),
            ("紙袋", 1, 110, 100),
        ]

    def test_carry_the_tax_that_stood_below(self) -> None:
        lines = sale_lines(WITHOUT_TAX)

        assert [line.amount_yen for line in lines] == [333 + 27, 167 + 13, 100 + 10]
        assert sum(line.amount_yen for line in lines) == WITHOUT_TAX.total_yen


class TestSpread:
    @given(shares=st.lists(amounts, max_size=30), whole=amounts)
    def test_loses_nothing_and_rounds_each_once(self, shares: list[int], whole: int) -> None:
        total = sum(shares)

        spreading = spread(shares, whole)

        assert sum(spreading) == (whole if total else 0)
        assert all(
            abs(part * total - share * whole) < max(total, 1)
            for part, share in zip(spreading, shares, strict=True)
        )


class TestPlainReceiptNumber:
    @pytest.mark.parametrize(
        "printed", ["004217", "No.004217", "４２１７", "レシートNo. 4217", "#4217", "№ 4217"]
    )
    def test_is_one_however_it_is_typed(self, printed: str) -> None:
        assert plain_receipt_number(printed) == "4217"

    def test_keeps_letters(self) -> None:
        assert plain_receipt_number("A-0012") == "a0012"


def signatures(issuers: Sequence[str] = ("T1", "shop"), **changes: Any) -> frozenset[bytes]:
    return signatures_of(replace(BAKERY, **changes), issuers=issuers)


class TestSignaturesOf:
    def test_are_one_for_each_name_of_who_gave_it_out(self) -> None:
        assert signatures() == signatures(["T1"]) | signatures(["shop"])
        assert len(signatures()) == 2

    def test_are_the_same_all_day(self) -> None:
        assert signatures() == signatures(done_at=DONE_AT + timedelta(hours=12))

    @pytest.mark.parametrize(
        "changes",
        [
            {"issuers": ["T2"]},
            {"receipt_number": "18"},
            {"total_yen": 651},
            # Midnight in the city lies between.
            {"done_at": DONE_AT + timedelta(hours=13)},
        ],
    )
    def test_are_others_of_another_receipt(self, changes: dict[str, Any]) -> None:
        assert signatures().isdisjoint(signatures(**changes))

    @pytest.mark.parametrize("number", [None, "", "No.", "000"])
    def test_are_none_without_a_number(self, number: str | None) -> None:
        assert signatures(receipt_number=number) == frozenset()


class TestAreLikelyOne:
    def test_are_by_the_same_number_at_any_time(self) -> None:
        assert are_likely_one(Statement("17", DONE_AT), Statement("No.17", DONE_AT + timedelta(hours=5)))

    def test_are_not_by_different_numbers_at_the_same_time(self) -> None:
        assert not are_likely_one(Statement("17", DONE_AT), Statement("18", DONE_AT))

    @pytest.mark.parametrize(("apart", "likely"), [(NEAR, True), (NEAR + timedelta(seconds=1), False)])
    def test_are_by_the_time_where_a_number_is_missing(self, apart: timedelta, likely: bool) -> None:
        found = are_likely_one(Statement("17", DONE_AT), Statement(None, DONE_AT - apart))

        assert found is likely
