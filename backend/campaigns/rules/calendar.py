"""The Japanese calendar: public holidays, the fiscal year from April to March, and where periods begin."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import jpholiday

FISCAL_YEAR_FIRST_MONTH = 4
# What is counted for a campaign's whole period is kept under one day, whatever the period.
CAMPAIGN_PERIOD_ON = date(2000, 1, 1)


class Within(StrEnum):
    """How long a cap counts."""

    DAY = "day"
    WEEK = "week"  # from Monday
    MONTH = "month"
    FISCAL_YEAR = "fiscal_year"
    CAMPAIGN = "campaign"


# Asked for few days and again and again; the computation behind it costs more than a whole purchase's verdicts.
@lru_cache(maxsize=4096)
def is_holiday(on: date) -> bool:
    """A national holiday, its substitute, or a day between two of them. Sundays are none."""
    return bool(jpholiday.is_holiday(on))


def fiscal_year_of(on: date) -> int:
    """年度: 31 March 2027 lies in 2026."""
    return on.year if on.month >= FISCAL_YEAR_FIRST_MONTH else on.year - 1


def fiscal_year_start(on: date) -> date:
    return date(fiscal_year_of(on), FISCAL_YEAR_FIRST_MONTH, 1)


def fiscal_year_end(on: date) -> date:
    """Its last day."""
    return date(fiscal_year_of(on) + 1, FISCAL_YEAR_FIRST_MONTH, 1) - timedelta(days=1)


def month_end(on: date) -> date:
    """Its last day."""
    return (on.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def quarter_end(on: date) -> date:
    """The last day of June, September, December or March: quarters of the calendar are those of the fiscal year."""
    return month_end(date(on.year, (on.month + 2) // 3 * 3, 1))


def week_start(on: date) -> date:
    return on - timedelta(days=on.weekday())


def period_start(within: Within, on: date) -> date:
    """The first day of the period around a day of the city."""
    return _STARTS[within](on)


_STARTS: Mapping[Within, Callable[[date], date]] = {
    Within.DAY: lambda on: on,
    Within.WEEK: week_start,
    Within.MONTH: lambda on: on.replace(day=1),
    Within.FISCAL_YEAR: fiscal_year_start,
    Within.CAMPAIGN: lambda _on: CAMPAIGN_PERIOD_ON,
}
