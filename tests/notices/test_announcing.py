"""A notice and its deliveries are written with what causes them."""

import threading
import uuid
from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.base.writes import WriteList, insert_into
from backend.notices.kinds import KINDS, NoticeKind
from backend.notices.models import Delivery, Notice
from backend.notices.service import announce, remove_device
from backend.notices.writes import ANNOUNCE_WRITES, announce_rows
from backend.people.models import Citizen, Consent
from backend.points.models import AccountKind, PointsAccount
from backend.points.service.movements import open_account
from tests.factories.notices import PURCHASE_PARAMS, list_deliveries, make_device, make_notice
from tests.factories.people import SignedInCitizen, make_citizen


@pytest.fixture
def owner(session: Session, at: datetime) -> SignedInCitizen:
    return make_citizen(session, at=at)


def withdraw(session: Session, citizen_id: uuid.UUID, at: datetime) -> None:
    session.execute(update(Consent).where(Consent.citizen_id == citizen_id).values(withdrawn_at=at))


class TestAnnounce:
    def test_puts_the_notice_into_the_inbox(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        notice_id = make_notice(session, citizen_id=owner.id, at=at)

        notice = session.get_one(Notice, notice_id)
        assert (notice.citizen_id, notice.kind, notice.created_at) == (owner.id, "purchase_recorded", at)
        assert notice.params == PURCHASE_PARAMS
        assert notice.read_at is None

    def test_queues_one_delivery_for_each_of_the_citizens_devices(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        phone = make_device(session, citizen_id=owner.id, at=at, installation_id="phone-00001")
        tablet = make_device(session, citizen_id=owner.id, at=at, installation_id="tablet-0001")
        stranger = make_citizen(session, at=at, nickname="きつね")
        make_device(session, citizen_id=stranger.id, at=at, installation_id="not-theirs-1")

        notice_id = make_notice(session, citizen_id=owner.id, at=at)

        deliveries = list_deliveries(session)
        assert {delivery.device_id for delivery in deliveries} == {phone.id, tablet.id}
        assert {delivery.notice_id for delivery in deliveries} == {notice_id}
        assert {(d.status, d.attempts, d.not_before) for d in deliveries} == {("waiting", 0, at)}

    def test_queues_nothing_for_a_retired_device(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        make_device(session, citizen_id=owner.id, at=at).retired_at = at

        make_notice(session, citizen_id=owner.id, at=at)

        assert list_deliveries(session) == []

    def test_queues_nothing_without_standing_consent_but_still_fills_the_inbox(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        make_device(session, citizen_id=owner.id, at=at)
        withdraw(session, owner.id, at)

        notice_id = make_notice(session, citizen_id=owner.id, at=at)

        assert list_deliveries(session) == []
        assert session.get(Notice, notice_id) is not None

    def test_asks_for_the_consent_that_belongs_to_the_kind(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        """The citizen of the factory agreed to pushes about purchases, not to those of the city."""
        make_device(session, citizen_id=owner.id, at=at)

        make_notice(session, citizen_id=owner.id, at=at, kind="welcome")

        assert list_deliveries(session) == []

    def test_sees_a_citizen_who_joins_in_the_same_transaction(self, session: Session, at: datetime) -> None:
        account_id = open_account(session, kind=AccountKind.CITIZEN, at=at)
        newcomer = Citizen(
            id=new_id(), account_id=account_id, nickname="しんいり", language="ja", created_at=at
        )
        session.add(newcomer)

        announce(session, citizen_id=newcomer.id, kind="welcome", params={}, at=at)

        assert session.scalars(select(Notice.kind)).all() == ["welcome"]

    def test_refuses_a_notice_that_could_not_be_read(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        with pytest.raises(KeyError):
            announce(session, citizen_id=owner.id, kind="purchase_recorded", params={"points": 1}, at=at)

    def test_every_kind_has_the_purpose_it_is_sent_for(self) -> None:
        assert set(KINDS) == set(NoticeKind)


class TestAnnounceWrites:
    def test_travel_in_the_list_of_whatever_causes_them(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        make_device(session, citizen_id=owner.id, at=at)
        accounts = insert_into(PointsAccount.__table__, "id", "kind", "slice_count", "opened_at")
        cause = {"id": new_id(), "kind": "shop", "slice_count": 1, "opened_at": at}

        WriteList([accounts, *ANNOUNCE_WRITES]).run(
            session,
            {
                accounts.name: [cause],
                **announce_rows(citizen_id=owner.id, kind="purchase_recorded", params=PURCHASE_PARAMS, at=at),
            },
        )

        assert session.get(PointsAccount, cause["id"]) is not None
        assert len(list_deliveries(session)) == 1

    def test_leave_nothing_behind_when_their_cause_fails(self, database: Database, at: datetime) -> None:
        citizen = database.run(lambda session: make_citizen(session, at=at))
        database.run(lambda session: make_device(session, citizen_id=citizen.id, at=at))

        def fail_after_announcing(session: Session) -> None:
            make_notice(session, citizen_id=citizen.id, at=at)
            raise RuntimeError("the cause")

        with pytest.raises(RuntimeError):
            database.run(fail_after_announcing)

        assert database.run(lambda session: session.scalars(select(Notice.id)).all()) == []
        assert database.run(lambda session: session.scalars(select(Delivery.notice_id)).all()) == []

    def test_a_device_removed_in_the_same_moment_fails_nothing(
        self, database: Database, at: datetime
    ) -> None:
        """Waited for and left out; without the lock the foreign key would undo the whole purchase."""
        if database.is_sqlite:
            pytest.skip("SQLite has one writer: there is no same moment")
        citizen = database.run(lambda session: make_citizen(session, at=at))
        database.run(lambda session: make_device(session, citizen_id=citizen.id, at=at))
        tries: list[bool] = []

        def announce_once(session: Session) -> None:
            tries.append(True)
            make_notice(session, citizen_id=citizen.id, at=at)

        announcing = threading.Thread(target=lambda: database.run(announce_once))
        with Session(database.engine) as leaving:
            remove_device(leaving, citizen_id=citizen.id, installation_id="installation-1", at=at)
            announcing.start()
            announcing.join(0.3)
            still_waiting = announcing.is_alive()
            leaving.commit()
        announcing.join()

        assert still_waiting
        assert tries == [True]
        assert database.run(list_deliveries) == []
