"""Time: aware UTC inside, the city's calendar day (Japan Standard Time) where a rule speaks of days."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")


def utc_now() -> datetime:
    return datetime.now(UTC)


def in_jst(at: datetime) -> datetime:
    return at.astimezone(JST)


@lru_cache(maxsize=4096)  # asked several times for each purchase
def city_day(at: datetime) -> date:
    """The calendar day in the city at an aware moment."""
    return at.astimezone(JST).date()


@lru_cache(maxsize=4096)  # asked for few days and again and again
def start_of_city_day(on: date) -> datetime:
    """Midnight in the city as aware UTC."""
    return datetime(on.year, on.month, on.day, tzinfo=JST).astimezone(UTC)


def end_of_city_day(on: date) -> datetime:
    """The first moment after the day: ends are half-open everywhere."""
    return start_of_city_day(on + timedelta(days=1))
