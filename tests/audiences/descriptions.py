"""Descriptions at random, as documents."""

import uuid
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from backend.people.models import AgeBand, Standing
from tests.factories.towns import CATEGORIES, DAYS, DISTRICTS, PURPOSES, SmallTown

RINGS = ("city", "kushiro_area", "kushiro_nemuro", "east_hokkaido", "outside")


def some(values: Sequence[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


def texts(ids: Sequence[uuid.UUID]) -> list[str]:
    return [str(each) for each in ids]


def conditions(town: SmallTown) -> st.SearchStrategy[dict[str, Any]]:
    """Of every kind but `citizens`, which stands alone."""
    shops, days = some(texts(town.shop_ids)), st.sampled_from(DAYS)
    some_days = days.filter(bool)
    visits = st.fixed_dictionaries(
        {"shop_ids": shops, "within_days": some_days}, optional={"at_least_times": st.integers(1, 3)}
    )
    last = st.one_of(
        st.fixed_dictionaries({"never": st.just(True)}, optional={"shop_ids": shops}),
        st.fixed_dictionaries({"at_least_days_ago": some_days}, optional={"shop_ids": shops}),
        st.fixed_dictionaries({"at_most_days_ago": days}, optional={"shop_ids": shops}),
        st.just({"at_least_days_ago": 2, "at_most_days_ago": 7}),
    )
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "member_list": some(texts(town.list_ids)),
        "ring": some(RINGS),
        "district": some(DISTRICTS),
        "standing": st.fixed_dictionaries(
            {"standings": some([*Standing])}, optional={"verified": st.booleans()}
        ),
        "age_band": some([*AgeBand]),
        "birthday_month": st.one_of(st.just("current"), some([5, 6, 7, 8])),
        "language": some(["ja", "ja@easy", "en"]),
        "interest": some(CATEGORIES),
        "favourite_shop": shops,
        "visited_shop": visits,
        "last_purchase": last,
        "points_expiring": st.fixed_dictionaries(
            {"within_days": some_days}, optional={"at_least_points": st.sampled_from([1, 5, 50, 80])}
        ),
        "stamp_progress": st.fixed_dictionaries(
            {"campaign_id": st.sampled_from(texts(town.campaign_ids))},
            optional={"at_least_stamps": st.integers(1, 4)},
        ),
        "consent": st.sampled_from(PURPOSES),
    }
    return st.sampled_from(sorted(kinds)).flatmap(lambda kind: st.fixed_dictionaries({kind: kinds[kind]}))


def descriptions(town: SmallTown) -> st.SearchStrategy[dict[str, Any]]:
    """Composed at will; some contradict themselves."""
    one = conditions(town)
    several = st.recursive(
        one,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda all_of: {"all": all_of}),
            st.lists(inner, min_size=1, max_size=3).map(lambda any_of: {"any": any_of}),
            inner.map(lambda one_of: {"not": one_of}),
        ),
        max_leaves=6,
    )
    alone = some(texts(town.citizen_ids)).map(lambda ids: {"citizens": ids})
    return st.one_of(st.just({}), alone, several, several, several)
