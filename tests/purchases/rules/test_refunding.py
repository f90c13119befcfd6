"""What a refund gives back, for every sequence of partial refunds."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.purchases.rules.refunding import (
    LineRefund,
    LineRest,
    RefundAboveRest,
    RefundLineUnknown,
    RefundShare,
    Rest,
    share_lines,
    share_refund,
)

BREAD, FISH = uuid.UUID(int=1), uuid.UUID(int=2)

parts = st.integers(min_value=0, max_value=5_000)
rests = st.builds(
    Rest,
    cash_yen=st.integers(min_value=1, max_value=5_000),
    spent_points=parts,
    discount_yen=parts,
    awards=st.fixed_dictionaries({BREAD: parts, FISH: parts}),
)


def left_after(rest: Rest, share: RefundShare) -> Rest:
    return Rest(
        rest.cash_yen - share.cash_yen,
        rest.spent_points - share.returned_points,
        rest.discount_yen - share.discount_yen,
        {lot_id: points - share.reclaimed.get(lot_id, 0) for lot_id, points in rest.awards.items()},
    )


class TestShareRefund:
    def test_gives_everything_back_with_the_whole_amount(self) -> None:
        rest = Rest(700, 200, 100, {BREAD: 7})

        assert share_refund(rest, 1_000) == RefundShare(700, 200, 100, reclaimed={BREAD: 7})

    def test_gives_the_same_part_of_each_back(self) -> None:
        rest = Rest(700, 200, 100, {BREAD: 10})

        assert share_refund(rest, 500) == RefundShare(350, 100, 50, reclaimed={BREAD: 5})

    def test_rounds_what_is_given_back_in_favour_of_money(self) -> None:
        rest = Rest(5, 5, 0, {})

        assert share_refund(rest, 1) == RefundShare(1, 0, 0, reclaimed={})

    def test_rounds_what_is_taken_back_up(self) -> None:
        rest = Rest(1_000, 0, 0, {BREAD: 10})

        assert share_refund(rest, 1).reclaimed == {BREAD: 1}

    def test_refuses_more_than_is_left(self) -> None:
        with pytest.raises(RefundAboveRest) as refused:
            share_refund(Rest(700, 200, 100, {}), 1_001)

        assert refused.value.params == {"left": 1_000}

    def test_refuses_even_nothing_where_nothing_is_left(self) -> None:
        with pytest.raises(RefundAboveRest) as refused:
            share_refund(Rest(0, 0, 0, {BREAD: 0}), 0)

        assert refused.value.params == {"left": 0}

    def test_asks_nothing_back_of_an_award_for_goods_that_cost_nothing(self) -> None:
        assert share_refund(Rest(100, 0, 0, {BREAD: 1}), 0) == RefundShare(0, 0, 0, reclaimed={})

    @given(rest=rests, data=st.data())
    def test_always_adds_up_and_never_takes_below_zero(self, rest: Rest, data: st.DataObject) -> None:
        amount_yen = data.draw(st.integers(min_value=0, max_value=rest.amount_yen))

        share = share_refund(rest, amount_yen)

        left = left_after(rest, share)
        assert share.amount_yen == amount_yen
        assert min(share.cash_yen, share.returned_points, share.discount_yen) >= 0
        assert min(left.cash_yen, left.spent_points, left.discount_yen, *left.awards.values()) >= 0

    @given(rest=rests, cuts=st.lists(st.integers(min_value=1, max_value=2_000), max_size=8))
    def test_leaves_nothing_after_the_last_yen_however_often_it_was_refunded(
        self, rest: Rest, cuts: list[int]
    ) -> None:
        left = rest
        for cut in cuts:
            left = left_after(left, share_refund(left, min(cut, left.amount_yen - 1)))

        last = left_after(left, share_refund(left, left.amount_yen))

        assert (last.amount_yen, set(last.awards.values())) == (0, {0})


class TestShareLines:
    def test_takes_whole_lines(self) -> None:
        rests = [LineRest(1, 2, 500), LineRest(2, 1, 300)]

        assert share_lines(rests, {1: 2}) == [LineRefund(1, 2, 500)]

    def test_takes_pieces_of_a_line(self) -> None:
        assert share_lines([LineRest(1, 3, 100)], {1: 1}) == [LineRefund(1, 1, 33)]

    def test_gives_the_last_pieces_what_is_left_of_the_line(self) -> None:
        assert share_lines([LineRest(1, 2, 67)], {1: 2}) == [LineRefund(1, 2, 67)]

    def test_refuses_a_line_that_was_not_sold(self) -> None:
        with pytest.raises(RefundLineUnknown):
            share_lines([LineRest(1, 3, 100)], {2: 1})

    def test_refuses_more_pieces_than_are_left(self) -> None:
        with pytest.raises(RefundAboveRest):
            share_lines([LineRest(1, 3, 100)], {1: 4})
