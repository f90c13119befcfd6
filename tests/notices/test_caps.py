"""How many pushes one person gets."""

import time
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.notices.caps import forget_old_push_counts, reserve_pushes
from backend.notices.models import PushCount
from backend.notices.terms import load_terms
from tests.factories.people import make_citizen
from tests.faults.test_races import at_once

TERMS = load_terms()
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
MIDNIGHT = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)  # in the city


@pytest.fixture
def citizen_id(session: Session, at: datetime) -> uuid.UUID:
    return make_citizen(session, at=at).id


def reserve(session: Session, citizen_id: uuid.UUID, at: datetime, purpose: str = "push_city") -> bool:
    return bool(reserve_pushes(session, citizen_ids=[citizen_id], purpose=purpose, at=at, terms=TERMS))


def reserve_all_day(session: Session, citizen_id: uuid.UUID, at: datetime, purpose: str) -> int:
    """How many of ten tries were granted."""
    return sum(reserve(session, citizen_id, at, purpose) for _ in range(10))


class TestReservePushes:
    @pytest.mark.parametrize(
        ("purpose", "most"), [("push_city", TERMS.city_per_day), ("push_shops", TERMS.shops_per_day)]
    )
    def test_grants_as_many_a_day_as_the_terms_say(
        self, session: Session, citizen_id: uuid.UUID, at: datetime, purpose: str, most: int
    ) -> None:
        granted = reserve_all_day(session, citizen_id, at, purpose)

        assert granted == most

    @pytest.mark.parametrize(
        ("first", "then", "granted"),
        [("push_city", "push_shops", [3, 1]), ("push_shops", "push_city", [2, 2])],
    )
    def test_grants_the_city_and_the_shops_no_more_together_than_the_terms_say(
        self, session: Session, citizen_id: uuid.UUID, at: datetime, first: str, then: str, granted: list[int]
    ) -> None:
        both = [reserve_all_day(session, citizen_id, at, purpose) for purpose in (first, then)]

        assert both == granted
        assert sum(both) == TERMS.pushes_per_day

    def test_grants_advertising_no_more_often_a_week_than_the_terms_say(
        self, session: Session, citizen_id: uuid.UUID, at: datetime
    ) -> None:
        granted = [reserve_all_day(session, citizen_id, at + n * DAY, "push_shops") for n in range(8)]

        assert granted == [2, 2, 1, 0, 0, 0, 0, 2]

    def test_begins_anew_at_midnight_in_the_city(self, session: Session, citizen_id: uuid.UUID) -> None:
        reserve_all_day(session, citizen_id, MIDNIGHT - INSTANT, "push_city")

        assert reserve_all_day(session, citizen_id, MIDNIGHT, "push_city") == TERMS.city_per_day

    def test_counts_what_a_clock_that_is_ahead_has_counted_after_midnight(
        self, session: Session, citizen_id: uuid.UUID
    ) -> None:
        for days in (3, 3, 2, 2):
            reserve(session, citizen_id, MIDNIGHT - days * DAY, "push_shops")
        ahead = reserve(session, citizen_id, MIDNIGHT, "push_shops")

        assert (ahead, reserve(session, citizen_id, MIDNIGHT - INSTANT, "push_shops")) == (True, False)

    def test_answers_for_each_of_many(self, session: Session, citizen_id: uuid.UUID, at: datetime) -> None:
        fresh = [make_citizen(session, at=at, nickname=f"市民{n}").id for n in range(3)]
        reserve_all_day(session, citizen_id, at, "push_city")

        granted = reserve_pushes(
            session, citizen_ids=[*fresh, citizen_id], purpose="push_city", at=at, terms=TERMS
        )

        assert granted == set(fresh)

    def test_leaves_out_who_is_no_citizen_any_more(self, session: Session, at: datetime) -> None:
        assert not reserve(session, uuid.uuid4(), at)

    def test_takes_nobody_at_all(self, session: Session, at: datetime) -> None:
        assert reserve_pushes(session, citizen_ids=[], purpose="push_city", at=at, terms=TERMS) == set()

    @pytest.mark.parametrize("purpose", ["push_transactions", "push_disaster"])
    def test_knows_no_cap_for_what_has_none(
        self, session: Session, citizen_id: uuid.UUID, at: datetime, purpose: str
    ) -> None:
        with pytest.raises(ValueError, match=purpose):
            reserve(session, citizen_id, at, purpose)


class TestForgetOldPushCounts:
    def test_keeps_the_days_that_a_cap_looks_at(
        self, session: Session, citizen_id: uuid.UUID, at: datetime
    ) -> None:
        for days in range(10):
            reserve(session, citizen_id, at - days * DAY)

        forgotten = forget_old_push_counts(session, at=at, limit=100)

        days = session.scalars(select(PushCount.on).order_by(PushCount.on)).all()
        assert (forgotten, len(days)) == (2, 8)
        assert days[-1] == at.date()


@pytest.mark.slow
class TestSendersAtOnce:
    @pytest.mark.parametrize(
        ("purpose", "most"), [("push_city", TERMS.city_per_day), ("push_shops", TERMS.shops_per_day)]
    )
    def test_never_overshoot(self, database: Database, at: datetime, purpose: str, most: int) -> None:
        ids = database.run(
            lambda session: [make_citizen(session, at=at, nickname=f"市民{n}").id for n in range(20)]
        )
        # Half of the senders take them in the other order.
        reserve = partial(reserve_pushes, purpose=purpose, at=at, terms=TERMS)
        works = [partial(database.run, partial(reserve, citizen_ids=order)) for order in (ids, ids[::-1]) * 4]

        granted = at_once(works)

        assert Counter(chain.from_iterable(granted)) == dict.fromkeys(ids, most)

    def test_of_the_city_and_of_shops_never_overshoot_together(
        self, database: Database, at: datetime
    ) -> None:
        citizen_id = database.run(lambda session: make_citizen(session, at=at).id)

        granted = at_once(
            [
                partial(database.run, partial(reserve, citizen_id=citizen_id, at=at, purpose=purpose))
                for purpose in ("push_city", "push_shops") * 4
            ]
        )

        assert sum(granted) == TERMS.pushes_per_day

    def test_never_overshoot_the_week(self, database: Database, at: datetime) -> None:
        citizen_id = database.run(lambda session: make_citizen(session, at=at).id)
        database.run(lambda session: reserve_all_day(session, citizen_id, at - 2 * DAY, "push_shops"))
        database.run(lambda session: reserve_all_day(session, citizen_id, at - DAY, "push_shops"))

        at_once(
            [
                partial(database.run, lambda session: reserve(session, citizen_id, at, "push_shops"))
                for _ in range(8)
            ]
        )

        counts = database.run(lambda session: session.scalars(select(PushCount.shops_count)).all())
        assert sum(counts) == TERMS.shops_per_week

    def test_never_overshoot_the_week_at_midnight_by_clocks_that_disagree(self, database: Database) -> None:
        citizen_id = database.run(lambda session: make_citizen(session, at=MIDNIGHT).id)
        database.run(lambda session: reserve_all_day(session, citizen_id, MIDNIGHT - 3 * DAY, "push_shops"))
        database.run(lambda session: reserve_all_day(session, citizen_id, MIDNIGHT - 2 * DAY, "push_shops"))

        def reserve_slowly(session: Session, at: datetime) -> bool:
            granted = reserve(session, citizen_id, at, "push_shops")
            time.sleep(0.05)  # as a batch does that still has its rows to write
            return granted

        at_once(
            [
                partial(database.run, partial(reserve_slowly, at=moment))
                for moment in (MIDNIGHT, MIDNIGHT - INSTANT) * 4
            ]
        )

        counts = database.run(lambda session: session.scalars(select(PushCount.shops_count)).all())
        assert sum(counts) == TERMS.shops_per_week
