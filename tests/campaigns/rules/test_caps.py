"""Caps: what is above them is cut, what is left is told, and each counter has its period."""

from datetime import date, timedelta
from typing import Any

import pytest

from backend.campaigns.rules.calendar import CAMPAIGN_PERIOD_ON, Within
from backend.campaigns.rules.caps import CapLeft, Count, CounterKey, Per
from backend.campaigns.rules.deciding import Limits, counter_keys
from tests.campaigns.rules.cases import (
    CAMPAIGN_ID,
    MONDAY,
    in_city,
    make_facts,
    make_running,
    verdict_of,
)

DAY_CAP = {"per": "person", "within": "day", "points": 100}


def counted(
    points: int, awards: int = 1, *, per: str = "person", within: str = "day", on: date = MONDAY
) -> Limits:
    return Limits({CounterKey(CAMPAIGN_ID, Per(per), Within(within), on): Count(points, awards)})


class TestCaps:
    def test_of_a_purchase_cut_what_is_above(self) -> None:
        verdict = verdict_of(caps=[{"per": "purchase", "points": 20}])

        assert (verdict.code, verdict.points, verdict.params) == ("cut_to_purchase_cap", 20, {"cap": 20})

    def test_that_are_just_reached_cut_nothing(self) -> None:
        assert verdict_of(caps=[{"per": "purchase", "points": 50}]).code == "awarded"

    def test_of_a_day_cut_to_what_is_left_of_it(self) -> None:
        verdict = verdict_of(limits=counted(70), caps=[DAY_CAP])

        assert (verdict.code, verdict.points, verdict.params) == ("cut_to_day_cap", 30, {"cap": 100})

    def test_of_a_day_that_are_reached_refuse(self) -> None:
        verdict = verdict_of(limits=counted(100), caps=[DAY_CAP])

        assert (verdict.code, verdict.points, verdict.params) == ("day_cap_reached", 0, {"cap": 100})

    def test_that_were_lowered_below_what_was_awarded_refuse(self) -> None:
        verdict = verdict_of(limits=counted(500), caps=[DAY_CAP])

        assert (verdict.points, verdict.left) == (0, (CapLeft("day_points", 0),))

    @pytest.mark.parametrize(
        ("scope", "on", "code"),
        [
            ({"per": "person", "within": "week"}, MONDAY, "cut_to_week_cap"),
            ({"per": "person", "within": "month"}, date(2026, 6, 1), "cut_to_month_cap"),
            ({"per": "person", "within": "fiscal_year"}, date(2026, 4, 1), "cut_to_fiscal_year_cap"),
            ({"per": "person", "within": "campaign"}, CAMPAIGN_PERIOD_ON, "cut_to_campaign_cap"),
            ({"per": "person_at_shop", "within": "day"}, MONDAY, "cut_to_day_cap_at_shop"),
            ({"per": "shop", "within": "month"}, date(2026, 6, 1), "cut_to_month_cap_of_shop"),
        ],
    )
    def test_of_all_scopes_and_periods_cut(self, scope: dict[str, Any], on: date, code: str) -> None:
        verdict = verdict_of(limits=counted(70, on=on, **scope), caps=[scope | {"points": 100}])

        assert (verdict.code, verdict.points) == (code, 30)

    @pytest.mark.parametrize(
        ("scope", "code"),
        [
            ({"per": "person", "within": "day"}, "day_awards_reached"),
            ({"per": "person_at_shop", "within": "day"}, "day_awards_at_shop_reached"),
            ({"per": "shop", "within": "day"}, "day_awards_of_shop_reached"),
        ],
    )
    def test_of_awards_refuse_one_more(self, scope: dict[str, Any], code: str) -> None:
        verdict = verdict_of(limits=counted(5, 3, **scope), caps=[scope | {"awards": 3}])

        assert (verdict.code, verdict.params) == (code, {"cap": 3})

    def test_of_awards_let_the_last_one_be_whole(self) -> None:
        verdict = verdict_of(limits=counted(5, 2), caps=[{"per": "person", "within": "day", "awards": 3}])

        assert (verdict.points, verdict.left) == (50, (CapLeft("day_awards", 0),))

    def test_of_yesterday_are_not_todays(self) -> None:
        yesterday = counted(100, on=MONDAY - timedelta(days=1))

        assert verdict_of(limits=yesterday, caps=[DAY_CAP]).points == 50

    @pytest.mark.parametrize("is_turned", [False, True])
    def test_cut_to_the_tightest_in_whichever_order(self, is_turned: bool) -> None:
        caps = [{"per": "purchase", "points": 40}, DAY_CAP]

        verdict = verdict_of(limits=counted(90), caps=caps[::-1] if is_turned else caps)

        assert (verdict.code, verdict.points) == ("cut_to_day_cap", 10)

    def test_tell_what_they_leave(self) -> None:
        month = {"per": "shop", "within": "month", "points": 500}

        verdict = verdict_of(limits=counted(20), caps=[DAY_CAP, month, {"per": "purchase", "points": 60}])

        assert verdict.left == (CapLeft("day_points", 30), CapLeft("month_points_of_shop", 450))


class TestCounterKeys:
    def test_name_each_counter_once(self) -> None:
        campaign = make_running(
            caps=[
                {"per": "purchase", "points": 5},
                {"per": "person", "within": "week", "points": 5},
                {"per": "person", "within": "week", "awards": 5},
                {"per": "shop", "within": "campaign", "points": 5},
            ]
        )

        keys = counter_keys(campaign, make_facts(done_at=in_city(2026, 6, 21, 23, 59)))

        assert keys == [
            CounterKey(CAMPAIGN_ID, Per.PERSON, Within.WEEK, MONDAY),
            CounterKey(CAMPAIGN_ID, Per.SHOP, Within.CAMPAIGN, CAMPAIGN_PERIOD_ON),
        ]

    def test_take_the_citys_day(self) -> None:
        campaign = make_running(caps=[{"per": "person", "within": "fiscal_year", "points": 5}])

        keys = [
            counter_keys(campaign, make_facts(done_at=in_city(2027, 3, 31, 23, 59)))[0].period_on,
            counter_keys(campaign, make_facts(done_at=in_city(2027, 4, 1, 0, 0)))[0].period_on,
        ]

        assert keys == [date(2026, 4, 1), date(2027, 4, 1)]
