"""The city's day begins at 15:00 UTC of the day before."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.base.clock import city_day, end_of_city_day, in_jst, start_of_city_day, utc_now
from tests.conftest import NOW


class TestCityDay:
    @pytest.mark.parametrize(
        ("at", "day"),
        [
            (datetime(2026, 6, 14, 14, 59, 59, 999_999, tzinfo=UTC), date(2026, 6, 14)),
            (datetime(2026, 6, 14, 15, 0, tzinfo=UTC), date(2026, 6, 15)),
            (datetime(2026, 12, 31, 15, 0, tzinfo=UTC), date(2027, 1, 1)),
            (datetime(2028, 2, 28, 15, 0, tzinfo=UTC), date(2028, 2, 29)),
        ],
    )
    def test_turns_at_midnight_in_the_city(self, at: datetime, day: date) -> None:
        assert city_day(at) == day

    def test_begins_and_ends_half_open(self) -> None:
        day = date(2026, 6, 15)

        last_moment = end_of_city_day(day) - timedelta(microseconds=1)

        assert city_day(start_of_city_day(day)) == city_day(last_moment) == day
        assert city_day(end_of_city_day(day)) == date(2026, 6, 16)

    def test_is_told_in_utc(self) -> None:
        assert start_of_city_day(date(2026, 6, 15)).tzinfo is UTC


class TestClock:
    def test_is_aware(self) -> None:
        assert utc_now() == NOW

    def test_shows_the_citys_hour(self) -> None:
        assert in_jst(NOW).hour == 12
