"""Missions: points by quantity, cut by caps and budget like any award."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.campaigns.rules.caps import CapLeft, Count
from backend.campaigns.rules.deciding import (
    Limits,
    RunningCampaign,
    Verdict,
    counter_keys,
    decide_mission,
    needs_of,
)
from backend.campaigns.rules.facts import MissionFacts, Need, PersonFacts
from tests.campaigns.rules.cases import ACCOUNT_ID, MONDAY_NOON, in_city, make_running, unhurried

VOLUNTEERING: dict[str, Any] = {
    "activity": "volunteering",
    "evidence": "code",
    "unit": "hours",
    "tiers": [{"from_quantity": 2, "points": 200}, {"from_quantity": 1, "points": 100}],
}
YEARLY = {"per": "person", "within": "fiscal_year", "points": 1000}


def mission(**parts: Any) -> RunningCampaign:
    return make_running(mission=VOLUNTEERING, **parts)


def done(quantity: int = 1, **changes: Any) -> MissionFacts:
    return MissionFacts(**({"quantity": quantity, "done_at": MONDAY_NOON} | changes))


def told(facts: MissionFacts, campaign: RunningCampaign, limits: Limits | None = None) -> Verdict:
    return decide_mission(facts, campaign, limits or Limits())


class TestDecideMission:
    @pytest.mark.parametrize(("quantity", "points"), [(0, 0), (1, 100), (2, 200), (9, 200)])
    def test_awards_the_highest_tier_reached(self, quantity: int, points: int) -> None:
        assert told(done(quantity), mission()).points == points

    def test_says_when_the_quantity_is_too_small(self) -> None:
        assert told(done(0), mission()).code == "quantity_too_small"

    def test_cuts_to_the_cap_of_the_fiscal_year(self) -> None:
        campaign, facts = mission(caps=[YEARLY]), done(2)
        limits = Limits({counter_keys(campaign, facts)[0]: Count(950, 9)})

        verdict = told(facts, campaign, limits)

        assert (verdict.code, verdict.points) == ("cut_to_fiscal_year_cap", 50)
        assert verdict.left == (CapLeft("fiscal_year_points", 0),)

    def test_counts_another_fiscal_year_anew(self) -> None:
        campaign = mission(caps=[YEARLY])
        limits = Limits({counter_keys(campaign, done())[0]: Count(1000, 9)})

        assert told(done(done_at=in_city(2027, 4, 1, 0)), campaign, limits).points == 100

    def test_cuts_to_the_budget_and_tells_what_is_left(self) -> None:
        verdict = told(done(), mission(), Limits({}, {ACCOUNT_ID: 70}))

        assert (verdict.code, verdict.points) == ("cut_to_budget", 70)
        assert verdict.left == (CapLeft("budget", 0),)

    def test_asks_when_and_who(self) -> None:
        campaign = mission(when={"weekdays": [0]}, who={"standings": ["resident"]})

        codes = [
            told(done(done_at=in_city(2026, 6, 16)), campaign).code,
            told(done(person=PersonFacts(standing="visitor")), campaign).code,
            told(done(person=PersonFacts(standing="resident")), campaign).code,
        ]

        assert codes == ["outside_weekdays", "standing_not_included", "awarded"]

    def test_gives_nothing_outside_its_period(self) -> None:
        assert told(done(), mission(ends_at=MONDAY_NOON)).code == "not_running"

    def test_gives_nothing_for_what_is_no_mission(self) -> None:
        assert told(done(), make_running()).code == "not_running"

    def test_reads_no_purchase(self) -> None:
        campaign = mission(who={"must_be_verified": True}, caps=[YEARLY])

        assert needs_of([campaign]) == {Need.PERSON, Need.WIDER_COUNTERS}

    @unhurried
    @given(quantity=st.integers(-5, 50), had=st.integers(0, 2000), budget=st.integers(-5, 500))
    def test_never_exceeds_cap_or_budget(self, quantity: int, had: int, budget: int) -> None:
        campaign, facts = mission(caps=[YEARLY]), done(quantity)
        limits = Limits({counter_keys(campaign, facts)[0]: Count(had, 1)}, {ACCOUNT_ID: budget})

        verdict = told(facts, campaign, limits)

        assert 0 <= verdict.points <= min(max(0, 1000 - had), max(0, budget), 200)
