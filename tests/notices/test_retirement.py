"""Devices nobody has seen for long."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.notices.models import Device
from backend.notices.retirement import retire_unseen_devices
from backend.notices.terms import load_terms
from tests.factories.notices import make_device
from tests.factories.people import SignedInCitizen, make_citizen

TERMS = load_terms()


@pytest.fixture
def owner(session: Session, at: datetime) -> SignedInCitizen:
    return make_citizen(session, at=at)


def age(session: Session, at: datetime, days: int) -> None:
    session.execute(update(Device).values(last_seen_at=at - timedelta(days=days)))


class TestRetireUnseenDevices:
    @pytest.mark.parametrize(("days", "retired"), [(270, 0), (271, 1)])
    def test_retires_them_after_the_days_of_the_terms(
        self, session: Session, owner: SignedInCitizen, at: datetime, days: int, retired: int
    ) -> None:
        make_device(session, citizen_id=owner.id, at=at)
        age(session, at, days)

        assert retire_unseen_devices(session, terms=TERMS, at=at, limit=10) == retired

    def test_takes_no_more_than_asked_and_each_once(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        for number in range(3):
            make_device(session, citizen_id=owner.id, at=at, installation_id=f"installation-{number}")
        age(session, at, 300)

        counts = [retire_unseen_devices(session, terms=TERMS, at=at, limit=2) for _ in range(3)]

        assert counts == [2, 1, 0]

    def test_spares_one_that_registers_again(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        make_device(session, citizen_id=owner.id, at=at)
        age(session, at, 300)
        retire_unseen_devices(session, terms=TERMS, at=at, limit=10)

        device = make_device(session, citizen_id=owner.id, at=at)

        assert device.retired_at is None

    def test_spares_one_that_registers_in_the_same_moment(self, database: Database, at: datetime) -> None:
        if database.is_sqlite:
            pytest.skip("SQLite has one writer: there is no same moment")
        citizen = database.run(lambda session: make_citizen(session, at=at))
        database.run(lambda session: make_device(session, citizen_id=citizen.id, at=at))
        database.run(lambda session: age(session, at, 300))
        counts: list[int] = []

        def retire(session: Session) -> None:
            counts.append(retire_unseen_devices(session, terms=TERMS, at=at, limit=10))

        retiring = threading.Thread(target=lambda: database.run(retire))
        with Session(database.engine) as registering:
            make_device(registering, citizen_id=citizen.id, at=at)
            retiring.start()
            retiring.join(0.3)
            still_waiting = retiring.is_alive()
            registering.commit()
        retiring.join()

        assert still_waiting
        assert counts == [0]
