"""From facts to verdicts: laws that hold for any campaigns, and vectors for hours, weekdays, periods."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.campaigns.rules import (
    Facts,
    Limits,
    Rule,
    RuleContradictory,
    RunningCampaign,
    Verdict,
    decide,
    earned_points,
)

MONDAY_NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)  # 12:00 in the city
SIZES = ("small", "large")
RINGS = ("city", "region", "east", "outside")

unhurried = settings(deadline=None)


def in_city(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of June 2026 by the city's clock; the 15th is a Monday."""
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC) - timedelta(hours=9)


def make_facts(**changes: Any) -> Facts:
    usual: dict[str, Any] = {
        "amount_yen": 1000,
        "done_at": MONDAY_NOON,
        "size_class": "small",
        "is_locally_owned": True,
        "ring": "city",
    }
    return Facts(**(usual | changes))


def make_running(**changes: Any) -> RunningCampaign:
    usual: dict[str, Any] = {
        "id": uuid.UUID(int=1),
        "names": {},
        "is_base_programme": False,
        "rule": Rule(rate_permille=50),
        "starts_at": MONDAY_NOON - timedelta(days=1),
        "ends_at": MONDAY_NOON + timedelta(days=1),
        "lifetime_days": 365,
        "funding_account_id": uuid.UUID(int=2),
        "slice_count": 1,
    }
    return RunningCampaign(**(usual | changes))


def verdict_of(facts: Facts, limits: Limits | None = None, **rule: Any) -> Verdict:
    """What one campaign with this rule says."""
    [verdict] = decide(facts, [make_running(rule=Rule(**rule))], limits or Limits())
    return verdict


# --- Any rule, any campaigns, any limits ---

caps = st.sampled_from([None, 1, 7, 50, 1_000])
amounts_of_points = st.sampled_from([0, 1, 6, 49, 50, 1_500])


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    rate_permille, fixed_points = draw(
        st.sampled_from([(1, None), (50, None), (1000, None), (None, 1), (None, 900)])
    )
    from_minute, until_minute = draw(st.sampled_from([(None, None), (660, 840), (1320, 120), (0, 1440)]))
    return Rule(
        rate_permille=rate_permille,
        fixed_points=fixed_points,
        size_classes=draw(st.sampled_from([frozenset(), frozenset({"small"})])),
        is_locally_owned=draw(st.sampled_from([None, True, False])),
        rings=draw(st.sampled_from([frozenset(), frozenset({"city"}), frozenset({"region", "east"})])),
        weekdays=draw(st.sampled_from([frozenset(), frozenset({0}), frozenset({1, 6})])),
        from_minute=from_minute,
        until_minute=until_minute,
        purchase_cap_points=draw(caps),
        day_cap_points=draw(caps),
    )


# Few accounts, so that campaigns often share a budget.
accounts = st.sampled_from([uuid.UUID(int=101), uuid.UUID(int=102), uuid.UUID(int=103)])
running_campaigns = st.lists(
    st.builds(
        make_running,
        id=st.uuids(),
        is_base_programme=st.booleans(),
        rule=rules(),
        funding_account_id=accounts,
        starts_at=st.sampled_from([MONDAY_NOON - timedelta(days=1), MONDAY_NOON + timedelta(hours=1)]),
        is_budget_exhausted=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda campaign: campaign.id,
)
any_facts = st.builds(
    make_facts,
    amount_yen=st.sampled_from([1, 99, 100, 1_280, 9_999_999]),
    done_at=st.sampled_from([MONDAY_NOON + timedelta(hours=hours) for hours in range(-12, 12)]),
    size_class=st.sampled_from(SIZES),
    is_locally_owned=st.booleans(),
    ring=st.sampled_from(RINGS),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Facts, list[RunningCampaign], Limits]:
    campaigns = draw(running_campaigns)
    limits = Limits(
        awarded_today={campaign.id: draw(amounts_of_points) for campaign in campaigns},
        budget_left={campaign.funding_account_id: draw(amounts_of_points) for campaign in campaigns},
    )
    return draw(any_facts), campaigns, limits


class TestDecide:
    @unhurried
    @given(case=cases())
    def test_never_awards_less_than_nothing(self, case: tuple[Facts, list[RunningCampaign], Limits]) -> None:
        verdicts = decide(*case)

        assert all(verdict.points >= 0 for verdict in verdicts)

    @unhurried
    @given(case=cases())
    def test_awards_points_exactly_where_it_says_so(
        self, case: tuple[Facts, list[RunningCampaign], Limits]
    ) -> None:
        verdicts = decide(*case)

        says_awarded = [
            verdict.code == "awarded" or verdict.code.startswith("cut_to_") for verdict in verdicts
        ]
        assert says_awarded == [verdict.points > 0 for verdict in verdicts]

    @unhurried
    @given(case=cases())
    def test_never_awards_above_the_cap_of_a_purchase(
        self, case: tuple[Facts, list[RunningCampaign], Limits]
    ) -> None:
        caps_by_id = {campaign.id: campaign.rule.purchase_cap_points or 10**9 for campaign in case[1]}

        verdicts = decide(*case)

        assert all(verdict.points <= caps_by_id[verdict.campaign_id] for verdict in verdicts)

    @unhurried
    @given(case=cases())
    def test_never_awards_above_the_cap_of_a_day(
        self, case: tuple[Facts, list[RunningCampaign], Limits]
    ) -> None:
        facts, campaigns, limits = case
        caps_by_id = {campaign.id: campaign.rule.day_cap_points or 10**9 for campaign in campaigns}

        verdicts = decide(facts, campaigns, limits)

        assert all(
            verdict.points
            <= max(0, caps_by_id[verdict.campaign_id] - limits.awarded_today[verdict.campaign_id])
            for verdict in verdicts
        )

    @unhurried
    @given(case=cases())
    def test_never_awards_more_than_a_shared_budget_has_left(
        self, case: tuple[Facts, list[RunningCampaign], Limits]
    ) -> None:
        facts, campaigns, limits = case
        account_of = {campaign.id: campaign.funding_account_id for campaign in campaigns}

        verdicts = decide(facts, campaigns, limits)

        assert all(
            left >= sum(v.points for v in verdicts if account_of[v.campaign_id] == account_id)
            for account_id, left in limits.budget_left.items()
        )

    @unhurried
    @given(case=cases())
    def test_never_awards_above_the_rate_rounded_down(
        self, case: tuple[Facts, list[RunningCampaign], Limits]
    ) -> None:
        facts, campaigns, _limits = case
        full = {
            campaign.id: campaign.rule.fixed_points
            or facts.amount_yen * (campaign.rule.rate_permille or 0) // 1000
            for campaign in campaigns
        }

        verdicts = decide(*case)

        assert all(verdict.points <= full[verdict.campaign_id] for verdict in verdicts)

    @unhurried
    @given(case=cases(), order=st.randoms())
    def test_does_not_care_in_which_order_campaigns_come(
        self, case: tuple[Facts, list[RunningCampaign], Limits], order: Any
    ) -> None:
        facts, campaigns, limits = case
        shuffled = sorted(campaigns, key=lambda _campaign: order.random())

        assert decide(facts, shuffled, limits) == decide(facts, campaigns, limits)

    @unhurried
    @given(case=cases(), stranger_id=st.uuids())
    def test_a_campaign_that_does_not_match_changes_nothing_else(
        self, case: tuple[Facts, list[RunningCampaign], Limits], stranger_id: uuid.UUID
    ) -> None:
        facts, campaigns, limits = case
        stranger = make_running(
            id=stranger_id,
            rule=Rule(fixed_points=1_000, rings=frozenset({"nowhere"})),
            funding_account_id=uuid.UUID(int=101),
        )

        with_stranger = decide(facts, [*campaigns, stranger], limits)

        without = [verdict for verdict in with_stranger if verdict.campaign_id != stranger_id]
        assert without == decide(facts, campaigns, limits)

    @unhurried
    @given(case=cases())
    def test_says_something_of_every_campaign_that_runs_and_of_no_other(
        self, case: tuple[Facts, list[RunningCampaign], Limits]
    ) -> None:
        facts, campaigns, limits = case

        verdicts = decide(facts, campaigns, limits)

        assert {verdict.campaign_id for verdict in verdicts} == {
            campaign.id for campaign in campaigns if campaign.runs_at(facts.done_at)
        }

    def test_speaks_of_the_base_programme_first(self) -> None:
        base = make_running(id=uuid.UUID(int=9), is_base_programme=True)
        other = make_running(id=uuid.UUID(int=3))

        verdicts = decide(make_facts(), [other, base], Limits())

        assert [verdict.campaign_id for verdict in verdicts] == [base.id, other.id]


class TestRates:
    @pytest.mark.parametrize(
        ("amount_yen", "rate_permille", "points"),
        [
            (199, 10, 1),
            (100, 10, 1),
            (1280, 50, 64),
            (999, 1000, 999),
            (9_999_999, 1000, 9_999_999),
            (19, 53, 1),
        ],
    )
    def test_round_down(self, amount_yen: int, rate_permille: int, points: int) -> None:
        assert verdict_of(make_facts(amount_yen=amount_yen), rate_permille=rate_permille).points == points

    def test_of_less_than_a_point_are_too_small(self) -> None:
        assert verdict_of(make_facts(amount_yen=99), rate_permille=10).code == "amount_too_small"

    def test_may_be_a_fixed_number_whatever_the_amount(self) -> None:
        assert verdict_of(make_facts(amount_yen=1), fixed_points=30).points == 30


class TestCaps:
    def test_of_a_purchase_cut_what_is_above(self) -> None:
        verdict = verdict_of(make_facts(), rate_permille=50, purchase_cap_points=20)

        assert (verdict.code, verdict.points, verdict.params) == ("cut_to_purchase_cap", 20, {"cap": 20})

    def test_that_are_just_reached_cut_nothing(self) -> None:
        assert verdict_of(make_facts(), rate_permille=50, purchase_cap_points=50).code == "awarded"

    def test_of_a_day_cut_to_what_is_left_of_it(self) -> None:
        limits = Limits(awarded_today={uuid.UUID(int=1): 70})

        verdict = verdict_of(make_facts(), limits, rate_permille=50, day_cap_points=100)

        assert (verdict.code, verdict.points, verdict.params) == ("cut_to_day_cap", 30, {"cap": 100})

    def test_of_a_day_that_are_reached_refuse(self) -> None:
        limits = Limits(awarded_today={uuid.UUID(int=1): 100})

        verdict = verdict_of(make_facts(), limits, rate_permille=50, day_cap_points=100)

        assert (verdict.code, verdict.points) == ("day_cap_reached", 0)

    def test_of_a_day_that_were_lowered_below_what_was_awarded_refuse(self) -> None:
        limits = Limits(awarded_today={uuid.UUID(int=1): 500})

        assert verdict_of(make_facts(), limits, rate_permille=50, day_cap_points=100).points == 0

    def test_of_budgets_cut_to_what_is_left(self) -> None:
        limits = Limits(budget_left={uuid.UUID(int=2): 7})

        verdict = verdict_of(make_facts(), limits, rate_permille=50)

        assert (verdict.code, verdict.points) == ("cut_to_budget", 7)

    @pytest.mark.parametrize("left", [0, -5])
    def test_of_budgets_that_are_empty_refuse(self, left: int) -> None:
        limits = Limits(budget_left={uuid.UUID(int=2): left})

        assert verdict_of(make_facts(), limits, rate_permille=50).code == "budget_exhausted"

    def test_a_budget_marked_exhausted_gives_nothing_whatever_the_limits_say(self) -> None:
        campaign = make_running(is_budget_exhausted=True)

        [verdict] = decide(make_facts(), [campaign], Limits(budget_left={uuid.UUID(int=2): 1_000}))

        assert verdict.code == "budget_exhausted"

    def test_two_campaigns_on_one_budget_share_it(self) -> None:
        first, second = make_running(id=uuid.UUID(int=3)), make_running(id=uuid.UUID(int=4))

        verdicts = decide(make_facts(), [first, second], Limits(budget_left={uuid.UUID(int=2): 60}))

        assert [verdict.points for verdict in verdicts] == [50, 10]
        assert earned_points(verdicts) == 60


class TestConditions:
    @pytest.mark.parametrize(
        ("rule", "facts", "code"),
        [
            ({"rings": frozenset({"city"})}, {"ring": "outside"}, "ring_not_included"),
            ({"rings": frozenset({"city", "region"})}, {"ring": "region"}, "awarded"),
            ({"size_classes": frozenset({"small"})}, {"size_class": "large"}, "shop_not_included"),
            ({"is_locally_owned": True}, {"is_locally_owned": False}, "shop_not_included"),
            ({"is_locally_owned": False}, {"is_locally_owned": True}, "shop_not_included"),
            ({"is_locally_owned": False}, {"is_locally_owned": False}, "awarded"),
        ],
    )
    def test_decide_by_the_shop(self, rule: dict[str, Any], facts: dict[str, Any], code: str) -> None:
        assert verdict_of(make_facts(**facts), rate_permille=50, **rule).code == code

    @pytest.mark.parametrize(
        ("done_at", "code"),
        [
            (in_city(15, 23, 59), "awarded"),
            (in_city(16, 0, 0), "outside_weekdays"),
            (in_city(15, 0, 0), "awarded"),
            (in_city(14, 23, 59), "outside_weekdays"),
            # 15 June 20:00 UTC is already Tuesday in the city.
            (datetime(2026, 6, 15, 20, 0, tzinfo=UTC), "outside_weekdays"),
            # 14 June 15:00 UTC is already Monday in the city.
            (datetime(2026, 6, 14, 15, 0, tzinfo=UTC), "awarded"),
        ],
    )
    def test_take_the_citys_weekday(self, done_at: datetime, code: str) -> None:
        verdict = verdict_of(make_facts(done_at=done_at), rate_permille=50, weekdays=frozenset({0}))

        assert verdict.code == code

    @pytest.mark.parametrize(
        ("hour", "minute", "code"),
        [
            (10, 59, "outside_hours"),
            (11, 0, "awarded"),
            (13, 59, "awarded"),
            (14, 0, "outside_hours"),
            (23, 0, "outside_hours"),
        ],
    )
    def test_take_hours_half_open(self, hour: int, minute: int, code: str) -> None:
        facts = make_facts(done_at=in_city(15, hour, minute))

        assert verdict_of(facts, rate_permille=50, from_minute=660, until_minute=840).code == code

    @pytest.mark.parametrize(
        ("hour", "minute", "code"),
        [
            (21, 59, "outside_hours"),
            (22, 0, "awarded"),
            (23, 59, "awarded"),
            (0, 0, "awarded"),
            (1, 59, "awarded"),
            (2, 0, "outside_hours"),
            (12, 0, "outside_hours"),
        ],
    )
    def test_take_hours_over_midnight(self, hour: int, minute: int, code: str) -> None:
        facts = make_facts(done_at=in_city(15, hour, minute))

        assert verdict_of(facts, rate_permille=50, from_minute=1320, until_minute=120).code == code

    @pytest.mark.parametrize("until_minute", [0, 1440])
    def test_take_hours_that_end_at_midnight(self, until_minute: int) -> None:
        rule = {"rate_permille": 50, "from_minute": 1200, "until_minute": until_minute}

        codes = [
            verdict_of(make_facts(done_at=in_city(15, 23, 59)), **rule).code,
            verdict_of(make_facts(done_at=in_city(16, 0, 0)), **rule).code,
        ]

        assert codes == ["awarded", "outside_hours"]

    def test_count_a_whole_day_from_midnight_to_midnight(self) -> None:
        facts = make_facts(done_at=in_city(15, 0, 0))

        assert verdict_of(facts, rate_permille=50, from_minute=0, until_minute=1440).code == "awarded"


class TestPeriods:
    @pytest.mark.parametrize(
        ("done_at", "count"),
        [
            (MONDAY_NOON - timedelta(microseconds=1), 0),
            (MONDAY_NOON, 1),
            (MONDAY_NOON + timedelta(days=1) - timedelta(microseconds=1), 1),
            (MONDAY_NOON + timedelta(days=1), 0),
        ],
    )
    def test_are_half_open(self, done_at: datetime, count: int) -> None:
        campaign = make_running(starts_at=MONDAY_NOON, ends_at=MONDAY_NOON + timedelta(days=1))

        assert len(decide(make_facts(done_at=done_at), [campaign], Limits())) == count


class TestRule:
    @pytest.mark.parametrize(
        ("rule", "field"),
        [
            ({}, "rule.rate_permille"),
            ({"rate_permille": 10, "fixed_points": 10}, "rule.rate_permille"),
            ({"rate_permille": 0}, "rule.rate_permille"),
            ({"rate_permille": 1001}, "rule.rate_permille"),
            ({"fixed_points": 0}, "rule.fixed_points"),
            ({"fixed_points": -1}, "rule.fixed_points"),
            ({"fixed_points": 1_000_001}, "rule.fixed_points"),
            ({"rate_permille": 10, "from_minute": 600}, "rule.until_minute"),
            ({"rate_permille": 10, "until_minute": 600}, "rule.until_minute"),
            ({"rate_permille": 10, "from_minute": 600, "until_minute": 600}, "rule.until_minute"),
            ({"rate_permille": 10, "from_minute": -1, "until_minute": 600}, "rule.from_minute"),
            ({"rate_permille": 10, "from_minute": 1440, "until_minute": 600}, "rule.from_minute"),
            ({"rate_permille": 10, "from_minute": 600, "until_minute": 1441}, "rule.until_minute"),
            ({"rate_permille": 10, "weekdays": frozenset({7})}, "rule.weekdays"),
            ({"rate_permille": 10, "weekdays": frozenset({-1})}, "rule.weekdays"),
            ({"rate_permille": 10, "purchase_cap_points": 0}, "rule.purchase_cap_points"),
            ({"rate_permille": 10, "day_cap_points": 0}, "rule.day_cap_points"),
            ({"rate_permille": 10, "day_cap_points": 10**30}, "rule.day_cap_points"),
        ],
    )
    def test_refuses_what_could_never_mean_one_thing(self, rule: dict[str, Any], field: str) -> None:
        with pytest.raises(RuleContradictory) as caught:
            Rule(**rule)

        assert caught.value.field == field

    @unhurried
    @given(rule=rules())
    def test_comes_back_from_its_json_the_same(self, rule: Rule) -> None:
        assert Rule.from_json(rule.to_json()) == rule

    @unhurried
    @given(rule=rules())
    def test_keeps_only_plain_values_in_its_json(self, rule: Rule) -> None:
        values = rule.to_json().values()

        assert all(isinstance(value, bool | int | list) and value != [] for value in values)

    def test_keeps_a_condition_that_is_false_or_zero(self) -> None:
        rule = Rule(rate_permille=10, is_locally_owned=False, from_minute=0, until_minute=60)

        assert rule.to_json() == {
            "rate_permille": 10,
            "is_locally_owned": False,
            "from_minute": 0,
            "until_minute": 60,
        }

    def test_cannot_be_changed_once_made(self) -> None:
        rule = Rule(rate_permille=10)

        with pytest.raises(AttributeError):
            rule.rate_permille = 20  # type: ignore[misc]

    def test_checks_a_changed_copy_again(self) -> None:
        with pytest.raises(RuleContradictory):
            replace(Rule(rate_permille=10), fixed_points=5)
