"""Laws that hold for any campaigns, any purchase and any limits."""

import uuid
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.campaigns.rules.caps import Count
from backend.campaigns.rules.codes import LEFT_CODES, VERDICT_CODES
from backend.campaigns.rules.deciding import (
    Limits,
    RunningCampaign,
    Verdict,
    accounts_at_stake,
    awards_of,
    counter_keys,
    decide,
    earned_points,
)
from tests.campaigns.rules.cases import (
    MONDAY_NOON,
    Case,
    cases,
    make_facts,
    make_running,
    unhurried,
    verdict_of,
)

PLENTY = 10**9


def purchase_cap(campaign: RunningCampaign) -> int:
    return min((cap.limit for cap in campaign.rule.caps if cap.within is None), default=PLENTY)


def smallest_room(case: Case, verdict: Verdict) -> int:
    """The points that the tightest of the counted caps still allows."""
    facts, _campaigns, limits = case
    counted = [cap for cap in verdict.campaign.rule.caps if cap.within is not None]
    keys = counter_keys(verdict.campaign, facts)
    rooms = [
        cap.limit - limits.counts.get(key, Count()).points for cap, key in zip(counted, keys, strict=True)
    ]
    return max(0, min(rooms, default=PLENTY))


class TestDecide:
    @unhurried
    @given(case=cases())
    def test_never_awards_less_than_nothing(self, case: Case) -> None:
        assert all(verdict.points >= 0 for verdict in decide(*case))

    @unhurried
    @given(case=cases())
    def test_says_that_it_awards_exactly_where_it_does(self, case: Case) -> None:
        verdicts = decide(*case)

        says_awarded = [
            verdict.code in ("awarded", "stamp_card_completed") or verdict.code.startswith("cut_to_")
            for verdict in verdicts
        ]
        assert says_awarded == [verdict.points > 0 for verdict in verdicts]

    @unhurried
    @given(case=cases())
    def test_uses_only_codes_that_have_a_text(self, case: Case) -> None:
        verdicts = decide(*case)

        assert {verdict.code for verdict in verdicts} <= VERDICT_CODES
        assert {left.code for verdict in verdicts for left in verdict.left} <= LEFT_CODES

    @unhurried
    @given(case=cases())
    def test_never_awards_above_the_cap_of_a_purchase(self, case: Case) -> None:
        assert all(verdict.points <= purchase_cap(verdict.campaign) for verdict in decide(*case))

    @unhurried
    @given(case=cases())
    def test_never_awards_above_what_a_counter_leaves(self, case: Case) -> None:
        assert all(verdict.points <= smallest_room(case, verdict) for verdict in decide(*case))

    @unhurried
    @given(case=cases())
    def test_never_awards_more_than_a_shared_budget_has_left(self, case: Case) -> None:
        verdicts = decide(*case)

        assert all(
            left >= sum(v.points for v in verdicts if v.campaign.funding_account_id == account_id)
            for account_id, left in case[2].budget_left.items()
        )

    @unhurried
    @given(case=cases())
    def test_tells_what_the_budget_has_left_after_all_awards(self, case: Case) -> None:
        verdicts = awards_of(decide(*case))

        drawn = Counter[uuid.UUID]()
        for verdict in verdicts:
            drawn[verdict.campaign.funding_account_id] += verdict.points
        assert [verdict.left[-1].left for verdict in verdicts] == [
            case[2].budget_left[verdict.campaign.funding_account_id]
            - drawn[verdict.campaign.funding_account_id]
            for verdict in verdicts
        ]

    @unhurried
    @given(case=cases(), order=st.randoms())
    def test_does_not_care_in_which_order_campaigns_come(self, case: Case, order: Any) -> None:
        facts, campaigns, limits = case
        shuffled = sorted(campaigns, key=lambda _campaign: order.random())

        assert decide(facts, shuffled, limits) == decide(facts, campaigns, limits)

    @unhurried
    @given(case=cases(), mode=st.sampled_from(["stackable", "best", "exclusive"]))
    def test_a_campaign_that_does_not_match_changes_nothing_else(self, case: Case, mode: str) -> None:
        facts, campaigns, limits = case
        stranger = make_running(
            number=100,
            funding_account_id=uuid.UUID(int=101),
            reward={"fixed_points": 1_000},
            where={"rings": ["nowhere"]},
            together={"mode": mode, "priority": 1000},
        )

        with_stranger = decide(facts, [*campaigns, stranger], limits)

        without = [verdict for verdict in with_stranger if verdict.campaign_id != stranger.id]
        assert without == decide(facts, campaigns, limits)

    @unhurried
    @given(case=cases())
    def test_a_campaign_that_had_nothing_to_give_changes_nothing_else(self, case: Case) -> None:
        facts, campaigns, limits = case
        empty = make_running(
            number=100,
            reward={"fixed_points": 1_000},
            is_budget_exhausted=True,
            together={"mode": "exclusive", "priority": 1000},
        )

        with_empty = decide(facts, [*campaigns, empty], limits)

        without = [verdict for verdict in with_empty if verdict.campaign_id != empty.id]
        assert without == decide(facts, campaigns, limits)

    @unhurried
    @given(case=cases())
    def test_says_something_of_every_campaign_that_runs_and_of_no_other(self, case: Case) -> None:
        facts, campaigns, limits = case

        verdicts = decide(facts, campaigns, limits)

        running = [campaign.id for campaign in campaigns if campaign.runs_at(facts.done_at)]
        assert sorted(verdict.campaign_id for verdict in verdicts) == sorted(running)

    @unhurried
    @given(case=cases())
    def test_decides_the_same_again_from_the_budgets_at_stake_alone(self, case: Case) -> None:
        facts, campaigns, limits = case
        hoped = decide(facts, campaigns, Limits(limits.counts, {}, limits.stamps))
        at_stake = accounts_at_stake(hoped)
        known = {account: left for account, left in limits.budget_left.items() if account in at_stake}

        verdicts = decide(facts, campaigns, Limits(limits.counts, known, limits.stamps))

        assert [(verdict.campaign_id, verdict.points) for verdict in awards_of(verdicts)] == [
            (verdict.campaign_id, verdict.points) for verdict in awards_of(decide(*case))
        ]

    @unhurried
    @given(case=cases())
    def test_adds_up_what_stacks(self, case: Case) -> None:
        facts, campaigns, limits = case
        unbounded = Limits(limits.counts, {}, limits.stamps)
        stackable = [
            campaign
            for campaign in campaigns
            if campaign.rule.together.mode == "stackable"
            and not (campaign.rule.reward and campaign.rule.reward.multiplier_permille)
        ]

        together = earned_points(decide(facts, stackable, unbounded))

        assert together == sum(earned_points(decide(facts, [campaign], unbounded)) for campaign in stackable)

    def test_speaks_of_the_base_programme_first(self) -> None:
        base, other = make_running(number=9, is_base_programme=True), make_running(number=3)

        verdicts = decide(make_facts(), [other, base], Limits())

        assert [verdict.campaign_id for verdict in verdicts] == [base.id, other.id]

    def test_says_nothing_of_missions(self) -> None:
        mission = make_running(
            mission={
                "activity": "event",
                "evidence": "code",
                "unit": "times",
                "tiers": [{"from_quantity": 1, "points": 10}],
            }
        )

        assert decide(make_facts(), [mission], Limits()) == []


class TestPeriods:
    def test_begin_with_their_first_moment(self) -> None:
        assert verdict_of(starts_at=MONDAY_NOON).points == 50

    def test_end_before_their_last_one(self) -> None:
        campaign = make_running(ends_at=MONDAY_NOON)

        assert decide(make_facts(), [campaign], Limits()) == []


class TestBudgets:
    def test_cut_to_what_is_left(self) -> None:
        campaign = make_running()

        [verdict] = decide(make_facts(), [campaign], Limits({}, {campaign.funding_account_id: 7}))

        assert (verdict.code, verdict.points) == ("cut_to_budget", 7)

    def test_that_are_empty_refuse(self) -> None:
        campaign = make_running()

        [verdict] = decide(make_facts(), [campaign], Limits({}, {campaign.funding_account_id: -5}))

        assert (verdict.code, verdict.points) == ("budget_exhausted", 0)

    def test_marked_exhausted_give_nothing_whatever_the_limits_say(self) -> None:
        campaign = make_running(is_budget_exhausted=True)

        [verdict] = decide(make_facts(), [campaign], Limits({}, {campaign.funding_account_id: 1_000}))

        assert verdict.code == "budget_exhausted"

    def test_that_two_campaigns_share_are_shared(self) -> None:
        first, second = make_running(number=3), make_running(number=4)

        verdicts = decide(make_facts(), [first, second], Limits({}, {first.funding_account_id: 60}))

        assert [verdict.points for verdict in verdicts] == [50, 10]

    def test_are_given_first_to_the_campaign_of_the_higher_priority(self) -> None:
        first = make_running(number=3)
        second = make_running(number=4, together={"priority": 1})

        verdicts = decide(make_facts(), [first, second], Limits({}, {first.funding_account_id: 60}))

        assert [verdict.points for verdict in verdicts] == [10, 50]
