"""From when an award can be spent, and until when."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.base.clock import city_day, start_of_city_day
from tests.campaigns.rules.cases import in_city, lifetimes, make_running, pendings, unhurried

moments = st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


class TestSpendableAt:
    def test_is_at_once_without_pending(self) -> None:
        assert make_running().spendable_at(in_city(2026, 6, 15)) is None

    @pytest.mark.parametrize("hour", [0, 23])
    def test_counts_days_of_the_city(self, hour: int) -> None:
        campaign = make_running(pending={"days": 30})

        assert campaign.spendable_at(in_city(2026, 6, 15, hour)) == in_city(2026, 7, 15, 0)

    def test_may_be_a_day(self) -> None:
        campaign = make_running(pending={"until": "2027-04-01"})

        assert campaign.spendable_at(in_city(2026, 6, 15)) == in_city(2027, 4, 1, 0)

    def test_is_at_once_from_that_day_on(self) -> None:
        campaign = make_running(pending={"until": "2027-04-01"})

        assert campaign.spendable_at(in_city(2027, 4, 1, 0)) is None


class TestExpiresAt:
    @pytest.mark.parametrize(
        ("lifetime", "expires_at"),
        [
            ({"days": 1}, in_city(2026, 6, 17, 0)),
            ({"days": 30}, in_city(2026, 7, 16, 0)),
            ({"days": 30, "rounded_to": "month"}, in_city(2026, 8, 1, 0)),
            ({"days": 30, "rounded_to": "quarter"}, in_city(2026, 10, 1, 0)),
            ({"days": 30, "rounded_to": "fiscal_year"}, in_city(2027, 4, 1, 0)),
            ({"until": "2028-03-31"}, in_city(2028, 4, 1, 0)),
        ],
    )
    def test_is_the_end_of_a_day(self, lifetime: dict[str, Any], expires_at: datetime) -> None:
        assert make_running(lifetime=lifetime).expires_at(in_city(2026, 6, 15, 23, 59)) == expires_at

    def test_counts_from_the_moment_the_points_can_be_spent(self) -> None:
        campaign = make_running(pending={"days": 30}, lifetime={"days": 10})

        assert campaign.expires_at(in_city(2026, 6, 15)) == in_city(2026, 7, 26, 0)

    @unhurried
    @given(at=moments, lifetime=lifetimes, pending=st.one_of(st.none(), pendings))
    def test_is_after_the_points_can_be_spent_and_at_the_citys_midnight(
        self, at: datetime, lifetime: dict[str, Any], pending: dict[str, Any] | None
    ) -> None:
        campaign = make_running(lifetime=lifetime, pending=pending)

        expires_at = campaign.expires_at(at)

        assert expires_at > (campaign.spendable_at(at) or at)
        assert expires_at == start_of_city_day(city_day(expires_at))
