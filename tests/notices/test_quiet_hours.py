"""The window in which no phone rings."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.base.clock import JST
from backend.notices.quiet_hours import DAY_MINUTES, minute_of, opens_at, time_of

MINUTES = st.integers(0, DAY_MINUTES - 1)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
NINE_IN_THE_EVENING, EIGHT_IN_THE_MORNING = 21 * 60, 8 * 60


def jst(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def opening(
    text: str, quiet_from: int = NINE_IN_THE_EVENING, quiet_until: int = EIGHT_IN_THE_MORNING
) -> datetime:
    return opens_at(jst(text), quiet_from=quiet_from, quiet_until=quiet_until)


class TestOpensAt:
    @pytest.mark.parametrize(
        "text",
        ["2026-06-15T20:59:59.999999", "2026-06-15T08:00", "2026-06-15T12:00"],
    )
    def test_is_the_moment_itself_outside_the_window(self, text: str) -> None:
        assert opening(text) == jst(text)

    @pytest.mark.parametrize(
        "text",
        ["2026-06-15T21:00", "2026-06-15T23:59:59.999999", "2026-06-16T00:00", "2026-06-16T07:59:59.999999"],
    )
    def test_is_the_end_of_a_window_around_midnight(self, text: str) -> None:
        assert opening(text) == jst("2026-06-16T08:00")

    @pytest.mark.parametrize("text", ["2026-06-15T13:00", "2026-06-15T14:59:59"])
    def test_is_the_end_of_a_window_within_a_day(self, text: str) -> None:
        assert opening(text, 13 * 60, 15 * 60) == jst("2026-06-15T15:00")

    @pytest.mark.parametrize("text", ["2026-06-15T12:59:59", "2026-06-15T15:00", "2026-06-15T00:00"])
    def test_is_the_moment_itself_outside_a_window_within_a_day(self, text: str) -> None:
        assert opening(text, 13 * 60, 15 * 60) == jst(text)

    def test_is_midnight_when_the_window_ends_there(self) -> None:
        assert opening("2026-06-30T23:30", NINE_IN_THE_EVENING, 0) == jst("2026-07-01T00:00")

    def test_counts_the_days_of_the_city_and_not_those_of_the_clock(self) -> None:
        # 15:30 of the fifteenth in UTC is half past midnight of the sixteenth in the city.
        at = datetime(2026, 6, 15, 15, 30, tzinfo=UTC)

        assert opens_at(at, quiet_from=0, quiet_until=60) == datetime(2026, 6, 15, 16, 0, tzinfo=UTC)

    @given(at=MOMENTS, minute=MINUTES)
    def test_is_the_moment_itself_when_both_ends_are_one(self, at: datetime, minute: int) -> None:
        assert opens_at(at, quiet_from=minute, quiet_until=minute) == at

    @given(at=MOMENTS, quiet_from=MINUTES, quiet_until=MINUTES)
    def test_lies_within_a_day_and_is_itself_not_quiet(
        self, at: datetime, quiet_from: int, quiet_until: int
    ) -> None:
        found = opens_at(at, quiet_from=quiet_from, quiet_until=quiet_until)

        assert at <= found < at + timedelta(days=1)
        assert opens_at(found, quiet_from=quiet_from, quiet_until=quiet_until) == found

    @given(at=MOMENTS, quiet_from=MINUTES, length=st.integers(1, DAY_MINUTES - 1))
    def test_is_quiet_for_exactly_the_length_of_the_window(
        self, at: datetime, quiet_from: int, length: int
    ) -> None:
        local = at.astimezone(JST)
        since = (local - local.replace(hour=0, minute=0, second=0, microsecond=0)) - timedelta(
            minutes=quiet_from
        )
        within = since % timedelta(days=1) < timedelta(minutes=length)

        found = opens_at(at, quiet_from=quiet_from, quiet_until=(quiet_from + length) % DAY_MINUTES)

        assert (found > at) is within

    @given(at=MOMENTS, quiet_from=MINUTES, quiet_until=MINUTES)
    def test_answers_the_end_of_the_window_when_it_is_quiet(
        self, at: datetime, quiet_from: int, quiet_until: int
    ) -> None:
        found = opens_at(at, quiet_from=quiet_from, quiet_until=quiet_until)

        assert found == at or minute_of(found.astimezone(JST).timetz()) == quiet_until


class TestMinutes:
    @given(minute=MINUTES)
    def test_are_times_of_day_and_back(self, minute: int) -> None:
        assert minute_of(time_of(minute)) == minute
