"""Whatever a description says: the database means the same people as somebody who reads it by hand."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from sqlalchemy.orm import Session

from backend.audiences.compiling import select_citizens
from backend.audiences.rules import AudienceInvalid, read_audience, write_audience
from backend.organisations.regions import load_region
from tests.audiences.descriptions import conditions, descriptions
from tests.audiences.naive import read_rows, who_is_meant
from tests.factories.towns import make_small_town

REGION = load_region()
# Noon in the city; a new year's first moment, and the old one's last; the end of a leap day.
MOMENTS = (
    datetime(2026, 6, 15, 3, tzinfo=UTC),
    datetime(2026, 12, 31, 15, tzinfo=UTC),
    datetime(2026, 12, 31, 14, 59, 59, 999_999, tzinfo=UTC),
    datetime(2028, 2, 29, 14, 59, 59, tzinfo=UTC),
)


class TestSelectCitizens:
    @pytest.mark.parametrize(("seed", "at"), [*enumerate(MOMENTS)])
    def test_means_whom_a_reader_by_hand_means(self, session: Session, seed: int, at: datetime) -> None:
        town = make_small_town(session, seed=seed, at=at)
        rows = read_rows(session)

        @settings(max_examples=75, deadline=None, suppress_health_check=[*HealthCheck])
        @given(document=descriptions(town))
        def check(document: dict[str, Any]) -> None:
            audience = read_or_skip(document)

            found = Counter(session.scalars(select_citizens(audience, at=at)))

            assert found == Counter(who_is_meant(document, rows, REGION, at))

        check()

    def test_means_whom_a_reader_by_hand_means_by_one_condition(self, session: Session, at: datetime) -> None:
        town = make_small_town(session, seed=7, at=at, citizens=60)
        rows = read_rows(session)

        @settings(max_examples=300, deadline=None, suppress_health_check=[*HealthCheck])
        @given(document=conditions(town))
        def check(document: dict[str, Any]) -> None:
            found = set(session.scalars(select_citizens(read_audience(document, region=REGION), at=at)))

            assert found == who_is_meant(document, rows, REGION, at)

        check()

    def test_means_the_same_by_the_canonical_form(self, session: Session, at: datetime) -> None:
        town = make_small_town(session, seed=9, at=at)
        rows = read_rows(session)

        @settings(max_examples=100, deadline=None, suppress_health_check=[*HealthCheck])
        @given(document=descriptions(town))
        def check(document: dict[str, Any]) -> None:
            canonical = write_audience(read_or_skip(document))

            assert who_is_meant(canonical, rows, REGION, at) == who_is_meant(document, rows, REGION, at)

        check()


def read_or_skip(document: dict[str, Any]) -> Any:
    """Only what can mean somebody is compiled."""
    try:
        return read_audience(document, region=REGION)
    except AudienceInvalid:
        assume(False)
