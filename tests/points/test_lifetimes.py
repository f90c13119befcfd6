"""When granted points can first and last be spent, by the city's calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.base.clock import city_day
from backend.points.rules import Lifetime, Pending, Rounding, expiry_of, spendable_from

NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)  # 12:00 in the city

unhurried = settings(deadline=None)
moments = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))
days = st.integers(min_value=1, max_value=1826)


def last_day(spendable_at: datetime, lifetime: Lifetime) -> date:
    return city_day(expiry_of(spendable_at, lifetime) - timedelta(microseconds=1))


class TestLifetime:
    @pytest.mark.parametrize(
        "parts",
        [
            {},
            {"days": 3, "until_on": date(2027, 3, 31)},
            {"until_on": date(2027, 3, 31), "rounded_to": Rounding.MONTH},
        ],
    )
    def test_means_one_thing(self, parts: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="lifetime"):
            Lifetime(**parts)  # type: ignore[arg-type]


class TestExpiryOf:
    def test_is_the_end_of_the_citys_day(self) -> None:
        """15 June 12:00 in the city, ten days on: the midnight that ends 25 June there."""
        assert expiry_of(NOON, Lifetime(days=10)) == datetime(2026, 6, 25, 15, 0, tzinfo=UTC)

    def test_counts_the_citys_day_not_the_utc_day(self) -> None:
        """15 June 23:30 UTC is 16 June 08:30 in the city."""
        late = datetime(2026, 6, 15, 23, 30, tzinfo=UTC)

        assert expiry_of(late, Lifetime(days=1)) == datetime(2026, 6, 17, 15, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("rounding", "last"),
        [
            (Rounding.MONTH, date(2026, 7, 31)),
            (Rounding.QUARTER, date(2026, 9, 30)),
            (Rounding.FISCAL_YEAR, date(2027, 3, 31)),
        ],
    )
    def test_is_rounded_up_to_the_end_of(self, rounding: Rounding, last: date) -> None:
        assert last_day(NOON, Lifetime(days=30, rounded_to=rounding)) == last

    @pytest.mark.parametrize("rounding", Rounding)
    def test_stays_where_it_is_on_the_last_day_of_the_fiscal_year(self, rounding: Rounding) -> None:
        """31 March is the last day of its month, its quarter and its fiscal year."""
        march = datetime(2027, 3, 30, 3, 0, tzinfo=UTC)

        assert last_day(march, Lifetime(days=1, rounded_to=rounding)) == date(2027, 3, 31)

    def test_moves_into_the_next_fiscal_year_on_its_first_day(self) -> None:
        march = datetime(2027, 3, 31, 3, 0, tzinfo=UTC)

        rounded = Lifetime(days=1, rounded_to=Rounding.FISCAL_YEAR)

        assert last_day(march, rounded) == date(2028, 3, 31)

    def test_can_be_a_day_of_the_calendar(self) -> None:
        assert last_day(NOON, Lifetime(until_on=date(2026, 12, 31))) == date(2026, 12, 31)

    def test_leaves_a_day_when_the_end_is_over_already(self) -> None:
        assert last_day(NOON, Lifetime(until_on=date(2026, 6, 1))) == date(2026, 6, 15)

    @unhurried
    @given(spendable_at=moments, lifetime_days=days)
    def test_gives_at_least_the_promised_days_and_less_than_one_more(
        self, spendable_at: datetime, lifetime_days: int
    ) -> None:
        lifetime = expiry_of(spendable_at, Lifetime(days=lifetime_days)) - spendable_at

        assert timedelta(0) < lifetime - timedelta(days=lifetime_days) <= timedelta(days=1)

    @unhurried
    @given(spendable_at=moments, lifetime_days=days, rounding=st.sampled_from(Rounding))
    def test_is_never_shortened_by_rounding(
        self, spendable_at: datetime, lifetime_days: int, rounding: Rounding
    ) -> None:
        plain = last_day(spendable_at, Lifetime(days=lifetime_days))

        rounded = last_day(spendable_at, Lifetime(days=lifetime_days, rounded_to=rounding))

        assert plain <= rounded < plain + timedelta(days=366)
        assert (rounded + timedelta(days=1)).day == 1


class TestPending:
    @pytest.mark.parametrize("parts", [{}, {"days": 3, "until_on": date(2027, 3, 31)}])
    def test_means_one_thing(self, parts: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="pending"):
            Pending(**parts)  # type: ignore[arg-type]


class TestSpendableFrom:
    def test_is_at_once_for_points_that_are_not_pending(self) -> None:
        assert spendable_from(NOON, None) is None

    def test_is_the_start_of_the_citys_day_so_many_days_later(self) -> None:
        """30 days after 15 June: midnight that begins 15 July in the city."""
        assert spendable_from(NOON, Pending(days=30)) == datetime(2026, 7, 14, 15, 0, tzinfo=UTC)

    def test_is_the_start_of_a_day_of_the_calendar(self) -> None:
        pending = Pending(until_on=date(2027, 4, 1))

        assert spendable_from(NOON, pending) == datetime(2027, 3, 31, 15, 0, tzinfo=UTC)

    def test_is_at_once_when_the_day_has_begun(self) -> None:
        assert spendable_from(NOON, Pending(until_on=date(2026, 6, 15))) is None

    @unhurried
    @given(granted_at=moments, pending_days=days, lifetime_days=days)
    def test_is_always_before_the_end(
        self, granted_at: datetime, pending_days: int, lifetime_days: int
    ) -> None:
        start = spendable_from(granted_at, Pending(days=pending_days)) or granted_at

        assert granted_at <= start < expiry_of(start, Lifetime(days=lifetime_days))
