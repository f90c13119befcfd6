"""Triggers, pulled by workers."""

import uuid
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.config import Settings
from backend.jobs import triggers
from backend.jobs.triggers import pull_trigger
from backend.messages.triggers.pulling import tell_citizens
from backend.notices.models import Delivery, Notice
from tests.factories.budgets import give, make_budget
from tests.factories.jobs import list_jobs
from tests.factories.notices import make_device
from tests.factories.people import make_citizen
from tests.faults.test_races import at_once
from tests.messages.triggers.conftest import TRIGGERS
from tests.support.statements import asked_statements

RULE = TRIGGERS["points_expiring_late"]


@pytest.fixture
def crowd(database: Database, at: datetime) -> int:
    """Seven citizens with points that end in three days, and a phone each."""

    def work(session: Session) -> int:
        budget_id = make_budget(session, at=at)
        for number in range(7):
            citizen = make_citizen(session, at=at, nickname=f"市民{number}")
            give(session, account_id=citizen.account_id, budget_id=budget_id, points=5, at=at, days=3)
            make_device(session, citizen_id=citizen.id, at=at, installation_id=f"installation-{number}")
        return 7

    return database.run(work)


def counts(database: Database) -> tuple[int, int, int]:
    """Notices, whom they went to, and deliveries."""
    return database.run(
        lambda session: (
            session.scalar(select(func.count(Notice.id))) or 0,
            session.scalar(select(func.count(Notice.citizen_id.distinct()))) or 0,
            session.scalar(select(func.count(Delivery.notice_id))) or 0,
        )
    )


class TestPullTrigger:
    @pytest.mark.parametrize("batch", [1, 3, 7, 200])
    def test_goes_through_everybody_whatever_the_batch(
        self, database: Database, crowd: int, monkeypatch: pytest.MonkeyPatch, batch: int
    ) -> None:
        monkeypatch.setattr(triggers, "CITIZENS_BATCH", batch)

        assert pull_trigger(database, RULE) is False
        assert counts(database) == (crowd, crowd, crowd)

    def test_pulled_again_tells_nobody_twice(self, database: Database, crowd: int) -> None:
        pull_trigger(database, RULE)

        pull_trigger(database, RULE)

        assert counts(database) == (crowd, crowd, crowd)

    def test_goes_on_where_a_worker_died(
        self, database: Database, crowd: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(triggers, "CITIZENS_BATCH", 3)
        telling = triggers.tell_citizens
        calls: list[int] = []

        def die_at_the_second(session: Session, **keywords: object) -> int:
            calls.append(1)
            if len(calls) == 2:
                raise RuntimeError("killed")
            return telling(session, **keywords)  # type: ignore[arg-type]

        monkeypatch.setattr(triggers, "tell_citizens", die_at_the_second)
        with pytest.raises(RuntimeError):
            pull_trigger(database, RULE)
        before = counts(database)

        pull_trigger(database, RULE)

        assert (before, counts(database)) == ((3, 3, 3), (crowd, crowd, crowd))

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["points_expiring_late"])
    def test_pulled_by_many_at_once_tells_nobody_twice(
        self, database: Database, crowd: int, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setattr(triggers, "CITIZENS_BATCH", 2)

        at_once([partial(pull_trigger, database, TRIGGERS[name])] * 4)

        assert counts(database) == (crowd, crowd, crowd)

    @pytest.mark.slow
    def test_told_by_two_between_whose_clocks_points_came_into_sight_is_told_once(
        self, database: Database, at: datetime
    ) -> None:
        def work(session: Session) -> uuid.UUID:
            budget_id, citizen = make_budget(session, at=at), make_citizen(session, at=at)
            given = {"account_id": citizen.account_id, "budget_id": budget_id, "points": 5}
            give(session, **given, at=at, days=3)
            give(session, **given, at=at + timedelta(seconds=1), days=7)
            return citizen.id

        citizen_id = database.run(work)
        telling = partial(tell_citizens, rule=RULE, citizen_ids=[citizen_id])
        moments = [at, at + timedelta(seconds=1)] * 2

        at_once([partial(database.run, partial(telling, at=moment)) for moment in moments])

        assert counts(database)[0] == 1

    @pytest.mark.parametrize("name", TRIGGERS)
    def test_asks_once_and_writes_nothing_while_nobody_is_due(
        self, database: Database, at: datetime, name: str
    ) -> None:
        database.run(lambda session: make_citizen(session, at=at))

        with asked_statements(database) as statements:
            pull_trigger(database, TRIGGERS[name])

        assert len(statements) == 1, statements

    def test_is_one_of_the_workers_jobs(self, settings: Settings, database: Database) -> None:
        jobs = {job.name for job in list_jobs(settings, database)}

        assert {f"pull_{name}" for name in TRIGGERS} <= jobs
