"""The ledger's arithmetic, for every number that could reach it."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.points.rules import (
    AskedLot,
    Leg,
    LotMove,
    OpenDebt,
    OpenLot,
    SpentLot,
    consume_lots,
    draw_from_slices,
    expiry_of,
    expiry_of_returned,
    merge_legs,
    merge_lot_moves,
    plan_reclaim,
    plan_return,
    repay_debts,
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
        free_points=st.integers(min_value=0, max_value=10**9),
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

        assert sum(used.values()) == min(points, sum(lot.free_points for lot in held))

    @unhurried
    @given(held=lots, points=amounts)
    def test_never_takes_more_from_a_lot_than_it_holds(self, held: list[OpenLot], points: int) -> None:
        used = consume_lots(held, points)

        assert all(0 < used[lot.id] <= lot.free_points for lot in held if lot.id in used)

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
            used[lot.id] == lot.free_points
            for lot in held
            if used and lot.free_points and lot.expires_at < last_touched
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


class TestExpiryOf:
    def test_is_the_end_of_the_citys_day(self) -> None:
        """15 June 12:00 in the city, ten days on: the midnight that ends 25 June there."""
        assert expiry_of(NOON, 10) == datetime(2026, 6, 25, 15, 0, tzinfo=UTC)

    def test_counts_the_citys_day_not_the_utc_day(self) -> None:
        """15 June 23:30 UTC is 16 June 08:30 in the city."""
        late = datetime(2026, 6, 15, 23, 30, tzinfo=UTC)

        assert expiry_of(late, 1) == datetime(2026, 6, 17, 15, 0, tzinfo=UTC)

    @unhurried
    @given(
        issued_at=st.datetimes(
            min_value=datetime(2026, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)
        ),
        lifetime_days=st.integers(min_value=1, max_value=1826),
    )
    def test_gives_at_least_the_promised_days_and_less_than_one_more(
        self, issued_at: datetime, lifetime_days: int
    ) -> None:
        lifetime = expiry_of(issued_at, lifetime_days) - issued_at

        assert timedelta(0) < lifetime - timedelta(days=lifetime_days) <= timedelta(days=1)


moves = st.lists(
    st.builds(
        LotMove,
        lot_id=st.sampled_from([ONE, TWO]),
        taken_points=st.integers(min_value=0, max_value=100),
        held_points=st.integers(min_value=-100, max_value=100),
        alive_at=st.sampled_from([None, NOON, NOON + timedelta(hours=1)]),
    )
)
few = st.integers(min_value=0, max_value=50)
asked_lots = st.lists(
    st.builds(
        AskedLot,
        id=st.uuids(),
        funding_account_id=st.sampled_from([ONE, TWO]),
        points=st.integers(min_value=1, max_value=50),
        free_points=few,
        forgiven_points=few,
    ),
    unique_by=lambda lot: lot.id,
)
other_lots = st.lists(
    st.builds(OpenLot, id=st.uuids(), free_points=few, expires_at=st.datetimes(timezones=st.just(UTC))),
    unique_by=lambda lot: lot.id,
)
spent_lots = st.lists(
    st.builds(
        SpentLot,
        id=st.uuids(),
        funding_account_id=st.just(ONE),
        points=few,
        expires_at=st.datetimes(timezones=st.just(UTC)),
    ),
    unique_by=lambda lot: lot.id,
)
debts = st.lists(
    st.builds(
        OpenDebt,
        id=st.uuids(),
        funding_account_id=st.sampled_from([ONE, TWO]),
        slice_count=st.just(1),
        owed_points=st.integers(min_value=1, max_value=50),
    ),
    unique_by=lambda debt: debt.id,
)


def still_open(asked: list[AskedLot]) -> list[OpenLot]:
    """The lots asked for, as the account could pay with them."""
    return [OpenLot(lot.id, lot.free_points, NOON) for lot in asked]


class TestMergeLotMoves:
    @unhurried
    @given(moves=moves)
    def test_moves_each_lot_once_and_as_far(self, moves: list[LotMove]) -> None:
        merged = merge_lot_moves(moves)

        assert len({move.lot_id for move in merged}) == len(merged)
        assert sum(move.taken_points for move in merged) == sum(move.taken_points for move in moves)
        assert sum(move.held_points for move in merged) == sum(move.held_points for move in moves)

    @unhurried
    @given(moves=moves)
    def test_keeps_the_order_in_which_lots_are_locked(self, moves: list[LotMove]) -> None:
        merged = merge_lot_moves(moves)

        assert [move.lot_id for move in merged] == sorted({move.lot_id for move in moves})

    def test_asks_for_the_longest_life(self) -> None:
        later = NOON + timedelta(hours=1)

        merged = merge_lot_moves([LotMove(ONE), LotMove(ONE, alive_at=later), LotMove(ONE, alive_at=NOON)])

        assert merged == [LotMove(ONE, alive_at=later)]


class TestPlanReclaim:
    @unhurried
    @given(asked=asked_lots, others=other_lots)
    def test_accounts_for_every_point(self, asked: list[AskedLot], others: list[OpenLot]) -> None:
        plan = plan_reclaim(asked, [*still_open(asked), *others])

        taken, owed = sum(plan.taken.values()), sum(plan.owed.values())
        assert taken + owed + plan.forgiven_points == sum(lot.points for lot in asked)
        assert sum(plan.returned.values()) == taken

    @unhurried
    @given(asked=asked_lots, others=other_lots)
    def test_takes_from_no_lot_more_than_is_free(self, asked: list[AskedLot], others: list[OpenLot]) -> None:
        plan = plan_reclaim(asked, [*still_open(asked), *others])

        free = {lot.id: lot.free_points for lot in [*asked, *others]}
        assert all(0 < points <= free[lot_id] for lot_id, points in plan.taken.items())

    @unhurried
    @given(asked=asked_lots, others=other_lots)
    def test_gives_each_budget_what_is_asked_for_it_at_most(
        self, asked: list[AskedLot], others: list[OpenLot]
    ) -> None:
        plan = plan_reclaim(asked, [*still_open(asked), *others])

        wanted = {
            budget: sum(lot.points for lot in asked if lot.funding_account_id == budget)
            for budget in (ONE, TWO)
        }
        got = {budget: plan.returned.get(budget, 0) + plan.owed.get(budget, 0) for budget in (ONE, TWO)}
        assert all(got[budget] <= wanted[budget] for budget in (ONE, TWO))

    @unhurried
    @given(asked=asked_lots, others=other_lots)
    def test_owes_only_when_nothing_is_free(self, asked: list[AskedLot], others: list[OpenLot]) -> None:
        plan = plan_reclaim(asked, [*still_open(asked), *others])

        free = sum(lot.free_points for lot in [*asked, *others])
        assert not plan.owed or sum(plan.taken.values()) == free

    @unhurried
    @given(asked=asked_lots)
    def test_forgives_no_more_than_lapsed(self, asked: list[AskedLot]) -> None:
        plan = plan_reclaim(asked, [])

        assert plan.forgiven_points <= sum(lot.forgiven_points for lot in asked)


class TestPlanReturn:
    @unhurried
    @given(spent=spent_lots, points=st.integers(min_value=1, max_value=500))
    def test_gives_back_what_is_asked_or_all_there_is(self, spent: list[SpentLot], points: int) -> None:
        planned = plan_return(spent, points)

        assert sum(back for _, back in planned) == min(points, sum(lot.points for lot in spent))
        assert all(0 < back <= lot.points for lot, back in planned)

    @unhurried
    @given(spent=spent_lots, points=st.integers(min_value=1, max_value=500))
    def test_undoes_what_was_consumed_last(self, spent: list[SpentLot], points: int) -> None:
        """What stays spent is what a smaller spend would have used."""
        back = {lot.id: points for lot, points in plan_return(spent, points)}

        open_lots = [OpenLot(lot.id, lot.points, lot.expires_at) for lot in spent]
        smaller = consume_lots(open_lots, sum(lot.points for lot in spent) - sum(back.values()))
        kept = {lot.id: lot.points - back.get(lot.id, 0) for lot in spent}
        assert {lot_id: points for lot_id, points in kept.items() if points} == smaller


class TestExpiryOfReturned:
    @pytest.mark.parametrize(
        ("expires_at", "expected"),
        [
            (NOON, datetime(2026, 6, 29, 15, 0, tzinfo=UTC)),
            (datetime(2026, 6, 29, 15, 0, tzinfo=UTC), datetime(2026, 6, 29, 15, 0, tzinfo=UTC)),
            (datetime(2026, 6, 30, 15, 0, tzinfo=UTC), datetime(2026, 6, 30, 15, 0, tzinfo=UTC)),
        ],
    )
    def test_is_the_old_one_or_the_end_of_the_day_two_weeks_on(
        self, expires_at: datetime, expected: datetime
    ) -> None:
        assert expiry_of_returned(expires_at, NOON) == expected


class TestRepayDebts:
    @unhurried
    @given(granted=st.dictionaries(st.uuids(), few), debts=debts)
    def test_pays_what_is_owed_or_all_that_is_granted(
        self, granted: dict[uuid.UUID, int], debts: list[OpenDebt]
    ) -> None:
        payments = repay_debts(list(granted.items()), debts)

        paid = sum(sum(used.values()) for used in payments.values())
        assert paid == min(sum(granted.values()), sum(debt.owed_points for debt in debts))

    @unhurried
    @given(granted=st.dictionaries(st.uuids(), few), debts=debts)
    def test_pays_no_debt_before_an_older_one_is_paid_whole(
        self, granted: dict[uuid.UUID, int], debts: list[OpenDebt]
    ) -> None:
        payments = repay_debts(list(granted.items()), debts)

        left = [debt.owed_points - sum(payments.get(debt.id, {}).values()) for debt in debts]
        first_open = next((index for index, owed in enumerate(left) if owed), len(left))
        assert all(debt.id not in payments for debt in debts[first_open + 1 :])

    @unhurried
    @given(granted=st.dictionaries(st.uuids(), few), debts=debts)
    def test_uses_no_lot_beyond_its_points(
        self, granted: dict[uuid.UUID, int], debts: list[OpenDebt]
    ) -> None:
        payments = repay_debts(list(granted.items()), debts)

        used = {lot_id: sum(payment.get(lot_id, 0) for payment in payments.values()) for lot_id in granted}
        assert all(points <= granted[lot_id] for lot_id, points in used.items())
