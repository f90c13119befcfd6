"""What must be read is told, and what is not told of is never looked at."""

import dataclasses
from collections.abc import Set
from typing import Any

import pytest
from hypothesis import given

from backend.campaigns.rules.deciding import Limits, decide, needs_of
from backend.campaigns.rules.facts import Facts, LineFacts, Need
from tests.campaigns.rules.cases import LIST_ID, Case, cases, make_running, unhurried


def only_what_is_needed(facts: Facts, needs: Set[Need]) -> Facts:
    """As somebody would bring it who reads no more than asked for."""
    shop, person, history, lines = facts.shop, facts.person, facts.history, facts.lines
    if Need.SHOP_TAGS not in needs:
        shop = dataclasses.replace(shop, tags=None)
    if Need.PERSON not in needs and Need.MEMBER_LISTS not in needs:
        person = None
    if Need.MEMBER_LISTS not in needs and person is not None:
        person = dataclasses.replace(person, member_list_ids=frozenset())
    if Need.HISTORY not in needs and Need.FIRST_VISIT not in needs:
        history = None
    if Need.FIRST_VISIT not in needs and history is not None:
        history = dataclasses.replace(history, is_first_visit=None)
    if Need.LINES not in needs:
        lines = tuple(LineFacts(amount_yen=line.amount_yen, category=line.category) for line in lines)
    if Need.CATEGORIES not in needs:
        lines = ()
    return dataclasses.replace(facts, shop=shop, person=person, history=history, lines=lines)


class TestNeedsOf:
    @unhurried
    @given(case=cases())
    def test_is_all_that_decides(self, case: Case) -> None:
        facts, campaigns, limits = case

        frugal = only_what_is_needed(facts, needs_of(campaigns))

        assert decide(frugal, campaigns, limits) == decide(facts, campaigns, limits)

    @unhurried
    @given(case=cases())
    def test_tells_when_wider_counters_and_stamps_are_looked_at(self, case: Case) -> None:
        facts, campaigns, limits = case
        needs = needs_of(campaigns)
        counts = {
            key: count
            for key, count in limits.counts.items()
            if key.is_of_the_day or Need.WIDER_COUNTERS in needs
        }
        stamps = limits.stamps if Need.STAMPS in needs else {}

        frugal = Limits(counts, limits.budget_left, stamps)

        assert decide(facts, campaigns, frugal) == decide(facts, campaigns, limits)

    def test_is_nothing_for_no_campaign(self) -> None:
        assert needs_of([]) == frozenset()

    def test_asks_little_for_plain_campaigns(self) -> None:
        plain = make_running(
            where={"rings": ["city"], "size_classes": ["small"]},
            when={"weekdays": [0], "holidays": "never"},
            caps=[{"per": "purchase", "points": 5}, {"per": "person", "within": "day", "points": 9}],
        )

        assert needs_of([plain]) == {Need.CATEGORIES}

    @pytest.mark.parametrize(
        ("parts", "need"),
        [
            ({"where": {"shop_tags": ["魚"]}}, Need.SHOP_TAGS),
            ({"who": {"standings": ["resident"]}}, Need.PERSON),
            ({"who": {"is_birthday_month": False}}, Need.PERSON),
            ({"who": {"member_list_ids": [str(LIST_ID)]}}, Need.MEMBER_LISTS),
            ({"who": {"days_since_last_purchase": 9}}, Need.HISTORY),
            ({"who": {"is_first_visit": False}}, Need.FIRST_VISIT),
            ({"what": {"products": [{"categories": ["fish"]}]}}, Need.LINES),
            ({"caps": [{"per": "shop", "within": "day", "points": 5}]}, Need.WIDER_COUNTERS),
            ({"caps": [{"per": "person", "within": "week", "awards": 5}]}, Need.WIDER_COUNTERS),
            ({"stamp_card": {"distinct": "shops", "target": 2, "reward": {"points": 5}}}, Need.STAMPS),
            ({"stamp_card": {"distinct": "products", "target": 2, "reward": {"points": 5}}}, Need.LINES),
        ],
    )
    def test_asks_for_what_a_condition_looks_at(self, parts: dict[str, Any], need: Need) -> None:
        assert need in needs_of([make_running(number=2), make_running(number=1, **parts)])
