"""Oddities, from counted facts and one table."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.claims.models import FlagKind
from backend.claims.rules.flags import Facts, Threshold, find_oddities

QUIET = Facts(
    is_stated=True,
    is_young=False,
    young_accounts=1,
    device_accounts=1,
    staff_roles=0,
    same_round_amounts=0,
    same_purchases=1,
    person_purchases=1,
    shop_claims=1,
)
TABLE = {kind: Threshold(3, 24) for kind in FlagKind if kind is not FlagKind.REPORTED} | {
    FlagKind.OWN_SHOP: Threshold(1)
}
counts = st.integers(0, 10)
facts = st.builds(
    Facts,
    is_stated=st.booleans(),
    is_young=st.booleans(),
    young_accounts=counts,
    device_accounts=counts,
    staff_roles=counts,
    same_round_amounts=counts,
    same_purchases=counts,
    person_purchases=counts,
    shop_claims=counts,
)


class TestOddities:
    def test_are_none_in_an_ordinary_purchase(self) -> None:
        assert find_oddities(QUIET, TABLE) == []

    @pytest.mark.parametrize(
        ("fact", "kind"),
        [
            ({"young_accounts": 3, "is_young": True}, FlagKind.YOUNG_ACCOUNTS),
            ({"device_accounts": 3}, FlagKind.SHARED_DEVICE),
            ({"staff_roles": 1}, FlagKind.OWN_SHOP),
            ({"same_round_amounts": 3}, FlagKind.ROUND_AMOUNTS),
            ({"same_purchases": 3}, FlagKind.REPEATED_PURCHASE),
            ({"person_purchases": 3}, FlagKind.PERSON_VELOCITY),
            ({"shop_claims": 3}, FlagKind.SHOP_VELOCITY),
        ],
    )
    def test_begin_at_the_threshold(self, fact: dict[str, int], kind: FlagKind) -> None:
        [oddity] = find_oddities(replace(QUIET, **fact), TABLE)

        assert oddity.kind is kind
        assert oddity.evidence["counted"] >= oddity.evidence["odd_from"]
        just_below = {name: value - 1 for name, value in fact.items() if name != "is_young"}
        assert find_oddities(replace(QUIET, **{**fact, **just_below}), TABLE) == []

    def test_are_not_seen_in_the_old_account_among_young_ones(self) -> None:
        assert find_oddities(replace(QUIET, young_accounts=9, is_young=False), TABLE) == []

    def test_are_not_seen_in_a_busy_till(self) -> None:
        assert find_oddities(replace(QUIET, shop_claims=99, is_stated=False), TABLE) == []

    def test_are_not_looked_for_without_a_threshold(self) -> None:
        assert find_oddities(replace(QUIET, staff_roles=1, person_purchases=99), {}) == []

    @given(facts, facts)
    def test_only_grow_with_the_counts(self, some: Facts, more: Facts) -> None:
        names = [name for name in Facts.__slots__ if not name.startswith("is_")]
        grown = replace(some, **{name: max(getattr(some, name), getattr(more, name)) for name in names})

        before = {oddity.kind for oddity in find_oddities(some, TABLE)}

        assert before <= {oddity.kind for oddity in find_oddities(grown, TABLE)}
