"""One notice to many."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.notices.circulars import announce_to_many
from backend.notices.models import Delivery, Notice
from backend.people.models import Citizen, Consent
from tests.factories.notices import list_deliveries, make_device
from tests.factories.people import SignedInCitizen, make_citizen
from tests.support.statements import asked_statements

KIND = "campaign_budget_nearly_gone"
PARAMS: dict[str, Any] = {"campaign": {"ja": "夏まつり", "en": "Summer"}, "percent": 80}


def everybody() -> Select[Any]:
    return select(Citizen.id)


@pytest.fixture
def readers(session: Session, at: datetime) -> list[SignedInCitizen]:
    """Three, each with a device; the first two want to hear of the city by push."""
    made = [make_citizen(session, at=at, nickname=f"{number}") for number in range(3)]
    for number, citizen in enumerate(made):
        make_device(session, citizen_id=citizen.id, at=at, installation_id=f"installation-{number}")
    for citizen in made[:2]:
        session.add(
            Consent(id=new_id(), citizen_id=citizen.id, purpose="push_city", version="2026-11", given_at=at)
        )
    session.flush()
    return made


class TestAnnounceToMany:
    def test_fills_every_inbox(self, session: Session, readers: list[SignedInCitizen], at: datetime) -> None:
        told = announce_to_many(session, citizens=everybody(), kind=KIND, params=PARAMS, at=at)

        notices = session.scalars(select(Notice)).all()
        assert told == 3
        assert {notice.citizen_id for notice in notices} == {reader.id for reader in readers}
        assert {(notice.kind, notice.created_at, notice.read_at) for notice in notices} == {(KIND, at, None)}
        assert notices[0].params == PARAMS

    def test_is_pushed_to_those_who_consent(
        self, session: Session, readers: list[SignedInCitizen], at: datetime
    ) -> None:
        announce_to_many(session, citizens=everybody(), kind=KIND, params=PARAMS, at=at)

        reached = {
            session.get_one(Notice, delivery.notice_id).citizen_id for delivery in list_deliveries(session)
        }
        assert reached == {reader.id for reader in readers[:2]}

    def test_waits_in_the_outbox_like_any_other(
        self, session: Session, readers: list[SignedInCitizen], at: datetime
    ) -> None:
        announce_to_many(session, citizens=everybody(), kind=KIND, params=PARAMS, at=at)

        states = {(one.status, one.attempts, one.not_before) for one in list_deliveries(session)}
        assert states == {("waiting", 0, at)}

    def test_goes_to_nobody_but_those_selected(
        self, session: Session, readers: list[SignedInCitizen], at: datetime
    ) -> None:
        chosen = everybody().where(Citizen.id == readers[1].id)

        told = announce_to_many(session, citizens=chosen, kind=KIND, params=PARAMS, at=at)

        assert (told, session.scalars(select(Notice.citizen_id)).all()) == (1, [readers[1].id])

    def test_gives_ids_that_stand_in_the_inbox_by_their_time(
        self, session: Session, readers: list[SignedInCitizen], at: datetime
    ) -> None:
        later = at + timedelta(seconds=1)
        announce_to_many(session, citizens=everybody(), kind=KIND, params=PARAMS, at=later)
        announce_to_many(session, citizens=everybody(), kind=KIND, params=PARAMS, at=at)

        notices = session.scalars(select(Notice).order_by(Notice.id)).all()

        assert {(notice.id.version, notice.id.variant) for notice in notices} == {
            (7, "specified in RFC 4122")
        }
        assert [notice.created_at for notice in notices] == [at] * 3 + [later] * 3

    def test_delivers_none_twice_that_is_told_in_the_same_moment(
        self, session: Session, readers: list[SignedInCitizen], at: datetime
    ) -> None:
        for _ in range(2):
            announce_to_many(session, citizens=everybody(), kind=KIND, params=PARAMS, at=at)

        assert len(list_deliveries(session)) == 4

    def test_takes_two_statements_however_many_read_it(self, database: Database, at: datetime) -> None:
        database.run(lambda session: [make_citizen(session, at=at, nickname=f"{n}") for n in range(20)])

        with asked_statements(database) as statements:
            database.run(
                lambda session: announce_to_many(
                    session, citizens=everybody(), kind=KIND, params=PARAMS, at=at
                )
            )

        assert len(statements) == 2

    def test_knows_its_kind_before_it_tells_anybody(
        self, session: Session, readers: list[SignedInCitizen], at: datetime
    ) -> None:
        with pytest.raises(KeyError):
            announce_to_many(session, citizens=everybody(), kind="rumour", params={}, at=at)

        assert session.scalars(select(Delivery)).all() == []
