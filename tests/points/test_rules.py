"""The ledger's arithmetic, for every number that could reach it."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.points.rules import (
    Leg,
    OpenLot,
    consume_lots,
    draw_from_slices,
    merge_legs,
    split_evenly,
)

NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)

unhurried = settings(deadline=None)
amounts = st.integers(min_value=0, max_value=10**12)
slices = st.dictionaries(st.integers(min_value=0, max_value=63), amounts, min_size=1)
lots = st.lists(
    st.builds(
        OpenLot,
        id=st.uuids(),
        remaining_points=st.integers(min_value=0, max_value=10**9),
        expires_at=st.datetimes(timezones=st.just(UTC)),
    ),
    unique_by=lambda lot: lot.id,
)
legs = st.lists(
    st.builds(
        Leg,
        account_id=st.sampled_from([ONE, TWO]),
        slice=st.integers(min_value=0, max_value=3),
        amount_points=st.integers(min_value=-100, max_value=100),
    )
)


class TestSplitEvenly:
    @unhurried
    @given(points=amounts, count=st.integers(min_value=1, max_value=64))
    def test_loses_nothing(self, points: int, count: int) -> None:
        parts = split_evenly(points, count)

        assert (len(parts), sum(parts)) == (count, points)

    @unhurried
    @given(points=amounts, count=st.integers(min_value=1, max_value=64))
    def test_makes_parts_that_differ_by_one_at_most(self, points: int, count: int) -> None:
        parts = split_evenly(points, count)

        assert max(parts) - min(parts) <= 1


class TestDrawFromSlices:
    @unhurried
    @given(balances=slices, share=st.fractions(min_value=0, max_value=1))
    def test_draws_exactly_what_is_asked_as_long_as_all_together_have_it(
        self, balances: dict[int, int], share: float
    ) -> None:
        points = int(sum(balances.values()) * share)

        drawn = draw_from_slices(balances, points)

        assert sum(drawn.values()) == points

    @unhurried
    @given(balances=slices, share=st.fractions(min_value=0, max_value=1))
    def test_never_draws_more_from_a_slice_than_it_has(self, balances: dict[int, int], share: float) -> None:
        drawn = draw_from_slices(balances, int(sum(balances.values()) * share))

        assert all(0 < points <= balances[number] for number, points in drawn.items())

    @unhurried
    @given(balances=slices, share=st.fractions(min_value=0, max_value=1))
    def test_draws_from_one_slice_whenever_one_has_enough(
        self, balances: dict[int, int], share: float
    ) -> None:
        points = int(max(balances.values()) * share)

        drawn = draw_from_slices(balances, points)

        assert len(drawn) <= 1

    @unhurried
    @given(balances=slices, missing=st.integers(min_value=1, max_value=10**12))
    def test_raises_when_all_together_have_too_little(self, balances: dict[int, int], missing: int) -> None:
        with pytest.raises(ValueError, match="too little"):
            draw_from_slices(balances, sum(balances.values()) + missing)

    def test_empties_the_fullest_slices_first_so_that_few_rows_are_touched(self) -> None:
        drawn = draw_from_slices({0: 3, 1: 10, 2: 7, 3: 1}, 15)

        assert drawn == {1: 10, 2: 5}

    def test_draws_nothing_when_nothing_is_asked(self) -> None:
        assert draw_from_slices({0: 0, 1: 5}, 0) == {}


class TestConsumeLots:
    @unhurried
    @given(held=lots, points=amounts)
    def test_takes_what_is_asked_or_all_there_is(self, held: list[OpenLot], points: int) -> None:
        used = consume_lots(held, points)

        assert sum(used.values()) == min(points, sum(lot.remaining_points for lot in held))

    @unhurried
    @given(held=lots, points=amounts)
    def test_never_takes_more_from_a_lot_than_it_holds(self, held: list[OpenLot], points: int) -> None:
        used = consume_lots(held, points)

        assert all(0 < used[lot.id] <= lot.remaining_points for lot in held if lot.id in used)

    @unhurried
    @given(held=lots, points=amounts)
    def test_touches_no_lot_while_one_that_ends_sooner_holds_anything(
        self, held: list[OpenLot], points: int
    ) -> None:
        used = consume_lots(held, points)

        last_touched = max(
            (lot.expires_at for lot in held if lot.id in used), default=datetime.min.replace(tzinfo=UTC)
        )
        assert all(
            used[lot.id] == lot.remaining_points
            for lot in held
            if used and lot.remaining_points and lot.expires_at < last_touched
        )

    @unhurried
    @given(held=lots, points=amounts, order=st.randoms())
    def test_takes_the_same_in_whatever_order_the_lots_are_read(
        self, held: list[OpenLot], points: int, order: st.DataObject
    ) -> None:
        shuffled = sorted(held, key=lambda _lot: order.random())

        assert consume_lots(shuffled, points) == consume_lots(held, points)

    def test_passes_over_a_lot_that_is_empty(self) -> None:
        empty = OpenLot(ONE, 0, NOON)
        full = OpenLot(TWO, 5, NOON + timedelta(days=1))

        assert consume_lots([empty, full], 3) == {TWO: 3}


class TestMergeLegs:
    @unhurried
    @given(given_legs=legs)
    def test_keeps_the_sum_of_every_row(self, given_legs: list[Leg]) -> None:
        merged = merge_legs(given_legs)

        assert {(leg.account_id, leg.slice): leg.amount_points for leg in merged} == sums_by_row(given_legs)

    @unhurried
    @given(given_legs=legs)
    def test_leaves_one_leg_a_row_in_the_order_in_which_rows_are_locked(self, given_legs: list[Leg]) -> None:
        rows = [(leg.account_id, leg.slice) for leg in merge_legs(given_legs)]

        assert rows == sorted(set(rows))

    def test_drops_a_row_that_nets_to_zero(self) -> None:
        assert merge_legs([Leg(ONE, 0, 5), Leg(ONE, 0, -5)]) == []

    def test_keeps_the_balance_that_was_expected(self) -> None:
        merged = merge_legs([Leg(ONE, 0, 5, expected_points=100), Leg(ONE, 0, 2)])

        assert merged == [Leg(ONE, 0, 7, expected_points=100)]


def sums_by_row(given_legs: list[Leg]) -> dict[tuple[uuid.UUID, int], int]:
    """Plainly, row by row; rows that net to zero are gone."""
    rows = {(leg.account_id, leg.slice) for leg in given_legs}
    sums = {
        row: sum(leg.amount_points for leg in given_legs if (leg.account_id, leg.slice) == row)
        for row in rows
    }
    return {row: points for row, points in sums.items() if points}
