"""Stamp cards: one distinct stamp a purchase, a reward when full, then perhaps another card."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.campaigns.rules.caps import CapLeft
from backend.campaigns.rules.deciding import Limits, Verdict, decide
from backend.campaigns.rules.facts import LineFacts
from backend.campaigns.rules.rule import Rule
from backend.campaigns.rules.stamps import StampCard, StampGiven, StampState, next_stamp
from tests.campaigns.rules.cases import (
    ACCOUNT_ID,
    CAMPAIGN_ID,
    MONDAY_NOON,
    OFFER_ID,
    PRODUCT_ID,
    SHOP_ID,
    Case,
    cases,
    make_facts,
    make_running,
    make_shop,
    stamp_cards,
    unhurried,
    verdict_of,
)

HOUR = timedelta(hours=1)
CARD: dict[str, Any] = {"distinct": "shops", "target": 3, "reward": {"points": 100}}


def holding(*keys: str, number: int = 1, hours_ago: int = 48, is_full: bool = False) -> StampState:
    at = MONDAY_NOON - hours_ago * HOUR
    return StampState(number, tuple((key, at) for key in keys), at if is_full else None)


def stamped(state: StampState | None = None, facts: Any = None, budget: int = 1000, **card: Any) -> Verdict:
    """What a purchase at the usual shop does to a card."""
    stamps = {CAMPAIGN_ID: state} if state else {}
    limits = Limits({}, {ACCOUNT_ID: budget}, stamps)
    return verdict_of(facts, limits, stamp_card=CARD | card)


class TestStamps:
    def test_begin_a_first_card(self) -> None:
        verdict = stamped()

        assert verdict.stamp == StampGiven(1, 1, str(SHOP_ID), False)
        assert (verdict.code, verdict.points) == ("stamp_given", 0)
        assert verdict.params == {"position": 1, "target": 3}

    def test_go_on_with_the_card_there_is(self) -> None:
        assert stamped(holding("elsewhere")).stamp == StampGiven(1, 2, str(SHOP_ID), False)

    def test_are_distinct(self) -> None:
        verdict = stamped(holding("elsewhere", str(SHOP_ID)))

        assert (verdict.code, verdict.stamp) == ("stamp_already_given", None)

    @pytest.mark.parametrize(
        ("distinct", "key"),
        [("shops", str(SHOP_ID)), ("districts", "末広町"), ("days", "2026-06-15")],
    )
    def test_are_kept_by_what_is_distinct(self, distinct: str, key: str) -> None:
        verdict = stamped(distinct=distinct)

        assert verdict.stamp == StampGiven(1, 1, key, False)

    def test_need_a_district_where_districts_are_collected(self) -> None:
        facts = make_facts(shop=make_shop(district=None))

        assert stamped(None, facts, distinct="districts").code == "district_not_included"

    def test_are_given_for_one_new_product_a_purchase(self) -> None:
        lines = (
            LineFacts(amount_yen=100, gtin="4901234567894"),
            LineFacts(amount_yen=100, product_id=PRODUCT_ID),
        )

        verdict = stamped(holding(str(PRODUCT_ID)), make_facts(lines=lines), distinct="products")

        assert verdict.stamp == StampGiven(1, 2, "4901234567894", False)

    def test_of_products_need_one_that_can_be_told_from_others(self) -> None:
        facts = make_facts(lines=(LineFacts(amount_yen=100, category="fish"),))

        assert stamped(None, facts, distinct="products").code == "product_missing"

    def test_of_products_take_only_those_the_rule_names(self) -> None:
        lines = (
            LineFacts(amount_yen=100, gtin="4512345678904"),
            LineFacts(amount_yen=100, gtin="4901234567894"),
        )

        verdict = verdict_of(
            make_facts(lines=lines),
            stamp_card=CARD | {"distinct": "products"},
            what={"products": [{"gtins": ["490*"]}]},
        )

        assert verdict.stamp == StampGiven(1, 1, "4901234567894", False)

    def test_ask_for_the_minimum_amount(self) -> None:
        verdict = verdict_of(make_facts(499), stamp_card=CARD, what={"minimum_yen": 500})

        assert (verdict.code, verdict.stamp) == ("amount_below_minimum", None)

    @unhurried
    @given(case=cases())
    def test_never_go_beyond_the_target(self, case: Case) -> None:
        given_now = [verdict for verdict in decide(*case) if verdict.stamp]

        assert all(
            1 <= verdict.stamp.position <= verdict.campaign.rule.stamp_card.target
            for verdict in given_now
            if verdict.stamp and verdict.campaign.rule.stamp_card
        )

    @unhurried
    @given(document=stamp_cards, keys=st.lists(st.sampled_from("abcdef"), max_size=20))
    def test_fill_cards_one_after_the_other(self, document: dict[str, Any], keys: list[str]) -> None:
        rule = Rule.from_json({"stamp_card": document | {"repeats": True}, "lifetime": {"days": 9}})
        card = rule.stamp_card
        assert card is not None

        completed = play(card, keys)

        assert all(len(set(stamps)) == len(stamps) == card.target for stamps in completed)


def play(card: StampCard, keys: list[str]) -> list[list[str]]:
    """The keys of each card that a citizen fills who buys at these, a week apart."""
    state, completed = StampState(), []
    for week, key in enumerate(keys):
        at = MONDAY_NOON + timedelta(weeks=week)
        stamp = next_stamp(card, state, [key], at)
        if isinstance(stamp, str):
            continue
        held = state.stamps if stamp.card_number == state.card_number else ()
        state = StampState(stamp.card_number, (*held, (key, at)), at if stamp.completes else None)
        if stamp.completes:
            completed.append([held_key for held_key, _ in state.stamps])
    return completed


class TestFullCards:
    def test_give_their_points(self) -> None:
        verdict = stamped(holding("one", "two"))

        assert (verdict.code, verdict.points) == ("stamp_card_completed", 100)
        assert verdict.stamp == StampGiven(1, 3, str(SHOP_ID), True, 100)
        assert verdict.left == (CapLeft("budget", 900),)

    def test_name_their_offer(self) -> None:
        verdict = stamped(holding("one", "two"), reward={"offer_id": str(OFFER_ID)})

        assert (verdict.code, verdict.points) == ("stamp_card_completed_with_offer", 0)
        assert verdict.stamp == StampGiven(1, 3, str(SHOP_ID), True, 0, OFFER_ID)

    def test_name_their_offer_however_little_the_budget_has(self) -> None:
        verdict = stamped(holding("one", "two"), budget=0, reward={"offer_id": str(OFFER_ID)})

        assert verdict.code == "stamp_card_completed_with_offer"

    def test_give_what_the_budget_has_left(self) -> None:
        verdict = stamped(holding("one", "two"), budget=7)

        assert (verdict.code, verdict.points) == ("cut_to_budget", 7)
        assert verdict.stamp == StampGiven(1, 3, str(SHOP_ID), True, 7)

    def test_take_no_more_stamps(self) -> None:
        state = holding("one", "two", "three", is_full=True)

        assert stamped(state).code == "stamp_card_full"

    def test_are_followed_by_another_where_they_repeat(self) -> None:
        state = holding("one", "two", str(SHOP_ID), number=4, is_full=True)

        assert stamped(state, repeats=True).stamp == StampGiven(5, 1, str(SHOP_ID), False)

    def test_may_take_one_stamp(self) -> None:
        assert stamped(target=1).stamp == StampGiven(1, 1, str(SHOP_ID), True, 100)


class TestBudgets:
    def test_that_are_empty_end_the_stamps_as_well(self) -> None:
        verdict = stamped(budget=0)

        assert (verdict.code, verdict.stamp) == ("budget_exhausted", None)

    def test_marked_exhausted_end_cards_with_offers_as_well(self) -> None:
        campaign = make_running(
            stamp_card=CARD | {"reward": {"offer_id": str(uuid.uuid4())}}, is_budget_exhausted=True
        )

        [verdict] = decide(make_facts(), [campaign], Limits())

        assert (verdict.code, verdict.stamp) == ("budget_exhausted", None)


class TestCoolDown:
    @pytest.mark.parametrize(
        ("hours_ago", "code"), [(23, "stamp_too_soon"), (24, "stamp_given"), (-23, "stamp_too_soon")]
    )
    def test_lies_between_two_stamps(self, hours_ago: int, code: str) -> None:
        assert stamped(holding("one", hours_ago=hours_ago), cool_down_hours=24).code == code

    def test_lets_a_purchase_that_arrived_late_have_its_stamp(self) -> None:
        assert stamped(holding("one", hours_ago=-24), cool_down_hours=24).code == "stamp_given"

    def test_goes_on_after_a_card_is_full(self) -> None:
        state = holding("one", "two", "three", hours_ago=23, is_full=True)

        assert stamped(state, cool_down_hours=24, repeats=True).code == "stamp_too_soon"

    def test_tells_days_by_the_city(self) -> None:
        facts = make_facts(done_at=MONDAY_NOON + 12 * HOUR)

        verdict = stamped(None, facts, distinct="days")

        assert verdict.stamp == StampGiven(1, 1, date(2026, 6, 16).isoformat(), False)
