"""The city's calendar: holidays, the fiscal year, where periods begin."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.campaigns.rules.calendar import (
    CAMPAIGN_PERIOD_ON,
    Within,
    fiscal_year_end,
    fiscal_year_of,
    fiscal_year_start,
    is_holiday,
    month_end,
    period_start,
    quarter_end,
)
from tests.campaigns.rules.cases import in_city, make_facts, unhurried, verdict_of

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))


class TestIsHoliday:
    @pytest.mark.parametrize(
        "on",
        [
            date(2026, 1, 1),
            date(2026, 5, 4),
            date(2026, 5, 6),  # substitute for the 3rd, a Sunday, past two more holidays
            date(2026, 9, 22),  # between two holidays
            date(2027, 3, 22),  # substitute for the equinox on a Sunday
        ],
    )
    def test_knows_holidays_and_their_substitutes(self, on: date) -> None:
        assert is_holiday(on)

    @pytest.mark.parametrize("on", [date(2026, 6, 14), date(2026, 12, 31), date(2026, 5, 7)])
    def test_takes_no_other_day_for_one(self, on: date) -> None:
        assert not is_holiday(on)


class TestFiscalYear:
    @pytest.mark.parametrize(
        ("on", "year"), [(date(2027, 3, 31), 2026), (date(2027, 4, 1), 2027), (date(2027, 1, 1), 2026)]
    )
    def test_begins_in_april(self, on: date, year: int) -> None:
        assert fiscal_year_of(on) == year

    @unhurried
    @given(on=days)
    def test_holds_each_of_its_days(self, on: date) -> None:
        assert fiscal_year_start(on) <= on <= fiscal_year_end(on)
        assert fiscal_year_start(fiscal_year_end(on) + timedelta(days=1)) == fiscal_year_end(on) + timedelta(
            days=1
        )


class TestEnds:
    @pytest.mark.parametrize(
        ("on", "month", "quarter"),
        [
            (date(2028, 2, 10), date(2028, 2, 29), date(2028, 3, 31)),
            (date(2026, 12, 31), date(2026, 12, 31), date(2026, 12, 31)),
            (date(2026, 4, 1), date(2026, 4, 30), date(2026, 6, 30)),
            (date(2026, 9, 30), date(2026, 9, 30), date(2026, 9, 30)),
        ],
    )
    def test_are_last_days(self, on: date, month: date, quarter: date) -> None:
        assert (month_end(on), quarter_end(on)) == (month, quarter)


class TestPeriodStart:
    @pytest.mark.parametrize(
        ("within", "on", "start"),
        [
            (Within.DAY, date(2026, 6, 17), date(2026, 6, 17)),
            (Within.WEEK, date(2026, 6, 21), date(2026, 6, 15)),
            (Within.WEEK, date(2026, 6, 15), date(2026, 6, 15)),
            (Within.MONTH, date(2026, 6, 30), date(2026, 6, 1)),
            (Within.FISCAL_YEAR, date(2027, 3, 31), date(2026, 4, 1)),
            (Within.FISCAL_YEAR, date(2027, 4, 1), date(2027, 4, 1)),
            (Within.CAMPAIGN, date(2026, 6, 17), CAMPAIGN_PERIOD_ON),
        ],
    )
    def test_is_the_first_day(self, within: Within, on: date, start: date) -> None:
        assert period_start(within, on) == start

    @unhurried
    @given(within=st.sampled_from(Within), on=days)
    def test_is_its_own_start(self, within: Within, on: date) -> None:
        start = period_start(within, on)

        assert period_start(within, start) == start <= on


class TestHolidayRules:
    @pytest.mark.parametrize(
        ("day", "holidays", "code"),
        [
            (6, "only", "awarded"),
            (7, "only", "not_a_holiday"),
            (6, "never", "holiday_not_included"),
            (7, "never", "awarded"),
        ],
    )
    def test_ask_for_the_day_in_the_city(self, day: int, holidays: str, code: str) -> None:
        facts = make_facts(done_at=in_city(2026, 5, day, 0, 0))

        assert verdict_of(facts, when={"holidays": holidays}).code == code

    def test_let_a_substitute_end_at_the_citys_midnight(self) -> None:
        facts = make_facts(done_at=in_city(2026, 5, 6, 23, 59))

        assert verdict_of(facts, when={"holidays": "only"}).code == "awarded"
