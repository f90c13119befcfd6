"""Figures of budgets, and how they are shared out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.points.budget_rules import (
    ENTRIES,
    LOTS,
    PERMILLE,
    REPAY,
    USES,
    BudgetSharesInvalid,
    Figures,
    Shares,
    add_figures,
    make_figures,
    share_figures,
    split_by_weights,
)

points = st.integers(min_value=0, max_value=10**12)
weights = st.lists(st.integers(min_value=0, max_value=1_000), min_size=1, max_size=5).filter(any)
cuts = st.tuples(st.integers(0, PERMILLE), st.integers(0, PERMILLE)).map(sorted)
shares = cuts.map(lambda cut: Shares(cut[0], cut[1] - cut[0], PERMILLE - cut[1]))
figures = st.builds(Figures, funded_points=points, spent_points=points, left_points=points)


class TestSplitByWeights:
    @given(points, weights)
    def test_gives_parts_that_sum_to_the_whole(self, whole: int, weights: list[int]) -> None:
        assert sum(split_by_weights(whole, weights)) == whole

    @given(points, weights)
    def test_keeps_each_within_a_point_of_its_exact_share(self, whole: int, weights: list[int]) -> None:
        parts = split_by_weights(whole, weights)

        assert all(
            abs(part * sum(weights) - whole * weight) < sum(weights)
            for part, weight in zip(parts, weights, strict=True)
        )

    @given(points, weights)
    def test_gives_nothing_to_who_bears_nothing(self, whole: int, weights: list[int]) -> None:
        parts = split_by_weights(whole, weights)

        assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)

    @given(points, st.permutations([500, 300, 200]))
    def test_gives_no_less_to_who_bears_more(self, whole: int, weights: list[int]) -> None:
        parts = dict(zip(weights, split_by_weights(whole, weights), strict=True))

        assert parts[500] >= parts[300] >= parts[200]

    @pytest.mark.parametrize(
        ("whole", "weights", "parts"),
        [
            (100, [700, 200, 100], [70, 20, 10]),
            (1, [400, 300, 300], [1, 0, 0]),
            (2, [334, 333, 333], [1, 1, 0]),
            (2, [200, 400, 400], [0, 1, 1]),
            (1, [500, 500, 0], [1, 0, 0]),  # equal remainders: the first
            (0, [700, 200, 100], [0, 0, 0]),
        ],
    )
    def test_gives_what_is_over_to_the_largest_remainders(
        self, whole: int, weights: list[int], parts: list[int]
    ) -> None:
        assert split_by_weights(whole, weights) == parts


class TestShares:
    @pytest.mark.parametrize(
        "permille", [(1_000, 1, 0), (500, 499, 0), (0, 0, 0), (1_100, -100, 0), (-1, 1_001, 0)]
    )
    def test_are_the_whole(self, permille: tuple[int, int, int]) -> None:
        with pytest.raises(BudgetSharesInvalid):
            Shares(*permille)


class TestShareFigures:
    @given(figures, shares)
    def test_gives_three_that_add_up_to_the_whole(self, whole: Figures, shares: Shares) -> None:
        shared = share_figures(whole, shares)

        assert add_figures([shared.city, shared.shop, shared.chamber]) == whole


class TestMakeFigures:
    def test_puts_each_sum_under_its_word(self) -> None:
        sums = {
            (ENTRIES, "fund"): 1_000,
            (ENTRIES, "grant"): -300,
            (ENTRIES, "correct"): -20 + 5,
            (ENTRIES, "reclaim"): 40,
            (ENTRIES, REPAY): 7,
            (ENTRIES, "release"): -100,
            (LOTS, "grant"): 300,
            (LOTS, "correct"): 20,
            (LOTS, "return"): 30,
            (USES, "spend"): 90,
            (USES, "lapse"): 60,
            (USES, "reclaim"): 40,
            (USES, "correct"): 5,
        }

        assert make_figures(sums) == Figures(
            funded_points=1_000,
            released_points=100,
            granted_points=320,
            reclaimed_points=45,
            repaid_points=7,
            left_points=632,
            spent_points=90,
            returned_points=30,
            lapsed_points=60,
            outstanding_points=155,
        )

    def test_says_nothing_of_a_budget_nothing_happened_to(self) -> None:
        assert make_figures({}) == Figures()

    @given(
        st.dictionaries(
            st.sampled_from(
                [
                    (ENTRIES, "fund"),
                    (ENTRIES, "grant"),
                    (ENTRIES, "correct"),
                    (ENTRIES, "reclaim"),
                    (ENTRIES, REPAY),
                    (ENTRIES, "release"),
                    (LOTS, "grant"),
                    (LOTS, "correct"),
                    (LOTS, "return"),
                    (USES, "spend"),
                    (USES, "lapse"),
                ]
            ),
            st.integers(min_value=-(10**9), max_value=10**9),
        )
    )
    def test_balances_what_a_budget_has_left(self, sums: dict[tuple[str, str], int]) -> None:
        made = make_figures(sums)

        assert made.left_points == (
            made.funded_points
            - made.released_points
            - made.granted_points
            + made.reclaimed_points
            + made.repaid_points
        )
