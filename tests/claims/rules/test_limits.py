"""Limits: never more than any of them, and what is left is right."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from backend.claims.rules.limits import Left, Limit, Per, Used, first_exceeded, lefts_of

amounts = st.integers(1, 5_000)
bounds = st.one_of(st.none(), st.integers(1, 10_000))
limits = st.lists(
    st.builds(Limit, st.sampled_from(Per), yen=bounds, count=st.one_of(st.none(), st.integers(1, 8))),
    min_size=1,
    max_size=6,
)


def take(limits: Sequence[Limit], wanted: Sequence[int]) -> list[int]:
    """What of a day's claims of one person at one shop fits, in order."""
    used, taken = Used(), []
    for amount in wanted:
        if first_exceeded(lefts_of(limits, dict.fromkeys(Per, used)), amount) is None:
            used = used.plus(amount)
            taken.append(amount)
    return taken


class TestLimits:
    @given(limits, st.lists(amounts, max_size=12))
    def test_are_never_exceeded(self, limits: list[Limit], wanted: list[int]) -> None:
        taken = take(limits, wanted)

        for limit in limits:
            total = max(taken, default=0) if limit.per is Per.PURCHASE else sum(taken)
            assert limit.yen is None or total <= limit.yen
            assert limit.count is None or len(taken) <= limit.count

    @given(limits, st.builds(Used, st.integers(0, 20_000), st.integers(0, 10)), amounts)
    def test_take_just_what_is_left(self, limits: list[Limit], used: Used, amount: int) -> None:
        lefts = lefts_of(limits, dict.fromkeys(Per, used))

        fits = all(left.left >= 1 if left.code.endswith("_count") else left.left >= amount for left in lefts)
        assert (first_exceeded(lefts, amount) is None) == fits
        assert min((left.left for left in lefts), default=0) >= 0

    @given(
        st.sampled_from([Per.PERSON, Per.PAIR, Per.SHOP]),
        st.integers(1, 10_000),
        st.integers(1, 8),
        st.lists(amounts, max_size=8),
    )
    def test_tell_what_is_left(self, per: Per, yen: int, count: int, amounts: list[int]) -> None:
        limit = Limit(per, yen, count)
        taken = take([limit], amounts)

        lefts = lefts_of([limit], {per: Used(sum(taken), len(taken))})

        assert lefts == (
            Left(f"{per}_yen", yen - sum(taken)),
            Left(f"{per}_count", count - len(taken)),
        )

    def test_of_one_purchase_do_not_care_what_was_before(self) -> None:
        lefts = lefts_of([Limit(Per.PURCHASE, yen=2_000)], {Per.PURCHASE: Used(9_999, 9)})

        assert lefts == (Left("purchase_yen", 2_000),)

    def test_that_were_lowered_leave_nothing(self) -> None:
        lefts = lefts_of([Limit(Per.PERSON, yen=100, count=1)], {Per.PERSON: Used(500, 3)})

        assert [left.left for left in lefts] == [0, 0]

    def test_tell_the_first_that_is_exceeded(self) -> None:
        lefts = (Left("purchase_yen", 500), Left("person_yen", 100), Left("person_count", 0))

        assert first_exceeded(lefts, 200) == Left("person_yen", 100)
        assert first_exceeded(lefts, 50) == Left("person_count", 0)
