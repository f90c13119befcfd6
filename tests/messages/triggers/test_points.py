"""Points that end soon."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.notices.models import ChoiceKind, Delivery
from backend.notices.preferences import add_choice
from backend.points.models import PointsLot
from tests.factories.budgets import give, make_budget, spend_at_shop
from tests.factories.notices import list_deliveries
from tests.factories.people import SignedInCitizen, make_citizen
from tests.messages.triggers.conftest import DAY, Pull, told

LATE, EARLY = "points_expiring_late", "points_expiring_early"


def grant(session: Session, citizen: SignedInCitizen, at: datetime, *, points: int, days: int) -> None:
    budget_id = make_budget(session, at=at)
    give(session, account_id=citizen.account_id, budget_id=budget_id, points=points, at=at, days=days)


class TestPointsExpiring:
    def test_tells_their_sum_and_the_first_day(
        self, session: Session, reader: SignedInCitizen, pull: Pull, at: datetime
    ) -> None:
        grant(session, reader, at, points=20, days=3)
        grant(session, reader, at, points=30, days=7)
        grant(session, reader, at, points=400, days=8)

        assert pull(LATE, at) == 1

        [notice] = told(session, reader)
        assert notice.kind == "points_expiring"
        assert notice.params == {"points": 50, "days": 7, "first_on": "2026-06-18"}
        assert notice.expires_at == at + 7 * DAY

    def test_names_the_last_day_in_the_city_on_which_they_are_good(
        self, session: Session, reader: SignedInCitizen, pull: Pull, at: datetime
    ) -> None:
        grant(session, reader, at, points=20, days=3)
        midnight = datetime(2026, 6, 17, 15, 0, tzinfo=UTC)
        session.execute(update(PointsLot).values(expires_at=midnight))

        pull(LATE, at)

        assert told(session, reader)[0].params["first_on"] == "2026-06-17"

    def test_is_pushed_to_the_phone(
        self, session: Session, reader: SignedInCitizen, pull: Pull, at: datetime
    ) -> None:
        grant(session, reader, at, points=20, days=3)

        pull(LATE, at)

        assert [delivery.status for delivery in list_deliveries(session)] == ["waiting"]

    def test_tells_nothing_of_points_that_are_spent_or_held(
        self, session: Session, reader: SignedInCitizen, pull: Pull, at: datetime
    ) -> None:
        grant(session, reader, at, points=20, days=3)
        spend_at_shop(session, account_id=reader.account_id, points=15, at=at)
        session.execute(update(PointsLot).values(held_points=3))

        pull(LATE, at)

        assert told(session, reader)[0].params["points"] == 2

    @pytest.mark.parametrize("held", [0, 20])
    def test_tells_nothing_when_nothing_is_left_to_lose(
        self, session: Session, reader: SignedInCitizen, pull: Pull, at: datetime, held: int
    ) -> None:
        grant(session, reader, at, points=20, days=3)
        remaining = {"remaining_points": held, "held_points": held}
        session.execute(update(PointsLot).values(remaining))

        assert pull(LATE, at) == 0

    def test_tells_each_citizen_of_their_own(
        self, session: Session, reader: SignedInCitizen, pull: Pull, at: datetime
    ) -> None:
        other = make_citizen(session, at=at, nickname="となり")
        grant(session, reader, at, points=20, days=3)
        grant(session, other, at, points=30, days=3)

        assert pull(LATE, at) == 2
        assert [one.params["points"] for one in told(session, other)] == [30]

    def test_speaks_early_only_of_what_is_not_told_late(
        self, session: Session, reader: SignedInCitizen, pull: Pull, at: datetime
    ) -> None:
        grant(session, reader, at, points=20, days=7)

        assert pull(EARLY, at) == 0

        grant(session, reader, at, points=30, days=30)

        assert pull(EARLY, at) == 1
        assert told(session, reader)[0].params == {"points": 50, "days": 30, "first_on": "2026-06-22"}

    def test_looked_at_again_is_told_once(
        self, session: Session, reader: SignedInCitizen, pull: Pull, at: datetime
    ) -> None:
        grant(session, reader, at, points=20, days=7)

        pulled = [pull(LATE, at + timedelta(hours=hours)) for hours in (0, 0, 6, 30, 24 * 6)]

        assert pulled == [1, 0, 0, 0, 0]

    def test_of_somebody_with_points_every_day_is_not_told_every_day(
        self, session: Session, reader: SignedInCitizen, pull: Pull, at: datetime
    ) -> None:
        for days in range(1, 30):
            grant(session, reader, at, points=10, days=days)

        pulled = [pull(LATE, at + days * DAY) for days in range(12)]

        assert [day for day, count in enumerate(pulled) if count] == [0, 5, 10]

    def test_says_nothing_to_whoever_muted_it(
        self, session: Session, reader: SignedInCitizen, pull: Pull, at: datetime
    ) -> None:
        grant(session, reader, at, points=20, days=3)
        kind = ChoiceKind.MUTED_TRIGGER
        add_choice(session, citizen_id=reader.id, kind=kind, subject="points_expiring", at=at)

        assert pull(LATE, at) == 0

    def test_reaches_the_inbox_without_any_consent(self, session: Session, pull: Pull, at: datetime) -> None:
        citizen = make_citizen(session, at=at)
        grant(session, citizen, at, points=20, days=3)

        assert pull(LATE, at) == 1
        assert session.query(Delivery).count() == 0
