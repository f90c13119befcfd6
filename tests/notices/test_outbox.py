"""Deliveries: taken under a lease, settled one by one."""

import threading
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.push import PushOutcome, PushResult
from backend.notices.models import Delivery, DeliveryStatus, Device
from backend.notices.queries import has_due_delivery
from backend.notices.rules import RETRY_SECONDS, TTL_SECONDS, TakenDelivery
from backend.notices.service import close_lapsed_leases, settle_delivery, take_deliveries
from backend.notices.terms import load_terms
from backend.people.models import Consent
from tests.factories.notices import PURCHASE_PARAMS, list_deliveries, make_device, make_notice
from tests.factories.people import SignedInCitizen, make_citizen
from tests.support.statements import planned_queries

LEASE_SECONDS = 60
TERMS = load_terms()


@pytest.fixture
def owner(session: Session, at: datetime) -> SignedInCitizen:
    return make_citizen(session, at=at)


@pytest.fixture
def device(session: Session, owner: SignedInCitizen, at: datetime) -> Device:
    return make_device(session, citizen_id=owner.id, at=at, target="the-target")


@pytest.fixture
def notice_id(session: Session, owner: SignedInCitizen, device: Device, at: datetime) -> uuid.UUID:
    """One notice, waiting for the one device."""
    return make_notice(session, citizen_id=owner.id, at=at)


def take(session: Session, at: datetime, limit: int = 10) -> list[TakenDelivery]:
    return take_deliveries(session, at=at, limit=limit, lease_seconds=LEASE_SECONDS, terms=TERMS)


def settle(
    session: Session, delivery: TakenDelivery, at: datetime, result: PushResult, **details: Any
) -> Delivery:
    settle_delivery(session, delivery=delivery, outcome=PushOutcome(result, **details), at=at)
    [settled] = list_deliveries(session)
    return settled


class TestTakeDeliveries:
    def test_gives_all_that_a_push_is_made_of(
        self, session: Session, device: Device, notice_id: uuid.UUID, at: datetime
    ) -> None:
        [delivery] = take(session, at)

        assert delivery == TakenDelivery(
            notice_id=notice_id,
            device_id=device.id,
            attempts=1,
            kind="purchase_recorded",
            params=PURCHASE_PARAMS,
            language="ja",
            platform="android",
            target_kind="fid",
            target="the-target",
        )

    def test_marks_it_as_being_sent_until_the_lease_ends(
        self, session: Session, notice_id: uuid.UUID, at: datetime
    ) -> None:
        take(session, at)

        [delivery] = list_deliveries(session)
        assert (delivery.status, delivery.attempts) == ("sending", 1)
        assert delivery.not_before == at + timedelta(seconds=LEASE_SECONDS)

    def test_gives_nothing_twice(self, session: Session, notice_id: uuid.UUID, at: datetime) -> None:
        take(session, at)

        assert take(session, at + timedelta(seconds=LEASE_SECONDS * 2)) == []

    def test_gives_the_longest_waiting_first_and_no_more_than_asked(
        self, session: Session, owner: SignedInCitizen, device: Device, at: datetime
    ) -> None:
        notices = [
            make_notice(session, citizen_id=owner.id, at=at + timedelta(seconds=second))
            for second in range(3)
        ]

        taken = take(session, at + timedelta(minutes=1), limit=2)

        assert [delivery.notice_id for delivery in taken] == notices[:2]

    def test_waits_until_it_is_due(self, session: Session, notice_id: uuid.UUID, at: datetime) -> None:
        session.execute(update(Delivery).values(not_before=at + timedelta(seconds=30)))

        assert take(session, at) == []
        assert len(take(session, at + timedelta(seconds=30))) == 1

    @pytest.mark.parametrize(
        ("change", "status", "reason"),
        [
            (update(Consent).values(withdrawn_at=Consent.given_at), "failed", "consent_withdrawn"),
            (update(Device).values(retired_at=Device.registered_at), "retired", "device_retired"),
        ],
    )
    def test_drops_what_may_no_longer_be_sent(
        self, session: Session, notice_id: uuid.UUID, at: datetime, change: Any, status: str, reason: str
    ) -> None:
        session.execute(change)

        assert take(session, at) == []

        [delivery] = list_deliveries(session)
        assert (delivery.status, delivery.failure, delivery.settled_at) == (status, reason, at)

    def test_drops_what_is_no_news_any_more(
        self, session: Session, notice_id: uuid.UUID, at: datetime
    ) -> None:
        assert take(session, at + timedelta(seconds=TTL_SECONDS)) == []

        [delivery] = list_deliveries(session)
        assert (delivery.status, delivery.failure) == ("failed", "too_late")

    def test_two_workers_never_take_the_same(self, database: Database, at: datetime) -> None:
        citizen = database.run(lambda session: make_citizen(session, at=at))
        database.run(lambda session: make_device(session, citizen_id=citizen.id, at=at))
        for _ in range(40):
            database.run(lambda session: make_notice(session, citizen_id=citizen.id, at=at))
        taken: list[list[uuid.UUID]] = []

        def work() -> None:
            while found := database.run(lambda session: take(session, at, limit=3)):
                taken.append([delivery.notice_id for delivery in found])

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        ids = [notice_id for batch in taken for notice_id in batch]
        assert len(ids) == 40
        assert len(set(ids)) == 40
        assert max(len(batch) for batch in taken) <= 3

    def test_looks_only_at_what_is_open(self, session: Session, notice_id: uuid.UUID, at: datetime) -> None:
        """A million settled deliveries must not slow down the next one: the partial index answers."""
        with planned_queries(session, "deliveries") as plans:
            has_due_delivery(session, status=DeliveryStatus.WAITING, at=at)

        assert any("ix_deliveries_waiting" in line for line in plans), plans


class TestSettleDelivery:
    def test_writes_down_what_was_accepted(
        self, session: Session, notice_id: uuid.UUID, at: datetime
    ) -> None:
        [taken] = take(session, at)

        delivery = settle(session, taken, at, PushResult.ACCEPTED)

        assert (delivery.status, delivery.failure, delivery.settled_at) == ("accepted", None, at)

    def test_retires_the_device_whose_target_is_gone(
        self, session: Session, device: Device, notice_id: uuid.UUID, at: datetime
    ) -> None:
        [taken] = take(session, at)

        delivery = settle(session, taken, at, PushResult.RETIRED, reason="not_found")

        session.refresh(device)
        assert (delivery.status, delivery.failure, device.retired_at) == ("retired", "not_found", at)

    def test_spares_the_device_that_has_registered_anew_meanwhile(
        self, session: Session, owner: SignedInCitizen, device: Device, notice_id: uuid.UUID, at: datetime
    ) -> None:
        [taken] = take(session, at)
        make_device(session, citizen_id=owner.id, at=at, target="the-next-target")

        settle(session, taken, at, PushResult.RETIRED)

        session.refresh(device)
        assert device.retired_at is None

    def test_reschedules_no_sooner_than_the_service_asks(
        self, session: Session, notice_id: uuid.UUID, at: datetime
    ) -> None:
        [taken] = take(session, at)

        delivery = settle(session, taken, at, PushResult.RETRY, reason="unavailable", after_seconds=300)

        assert (delivery.status, delivery.settled_at) == ("waiting", None)
        assert delivery.not_before >= at + timedelta(seconds=300)
        assert take(session, at + timedelta(seconds=299)) == []

    def test_gives_up_after_the_last_rung_of_the_ladder(
        self, session: Session, notice_id: uuid.UUID, at: datetime
    ) -> None:
        statuses = []
        for attempt in range(len(RETRY_SECONDS) + 1):
            moment = at + timedelta(hours=2 * attempt)
            [taken] = take(session, moment)
            statuses.append(settle(session, taken, moment, PushResult.RETRY, reason="unavailable").status)

        assert statuses == ["waiting"] * len(RETRY_SECONDS) + ["failed"]

    def test_an_answer_after_the_lease_still_counts(
        self, session: Session, notice_id: uuid.UUID, at: datetime
    ) -> None:
        [taken] = take(session, at)
        late = at + timedelta(seconds=LEASE_SECONDS)
        close_lapsed_leases(session, at=late)

        assert settle(session, taken, late, PushResult.ACCEPTED).status == "accepted"

    def test_an_answer_to_an_earlier_try_changes_nothing(
        self, session: Session, notice_id: uuid.UUID, at: datetime
    ) -> None:
        [first] = take(session, at)
        settle(session, first, at, PushResult.RETRY)
        take(session, at + timedelta(hours=1))

        assert settle(session, first, at + timedelta(hours=1), PushResult.FAILED).status == "sending"


class TestCloseLapsedLeases:
    def test_what_was_being_sent_becomes_unknown_and_is_not_sent_again(
        self, session: Session, notice_id: uuid.UUID, at: datetime
    ) -> None:
        take(session, at)
        late = at + timedelta(seconds=LEASE_SECONDS)

        assert close_lapsed_leases(session, at=late) == 1

        [delivery] = list_deliveries(session)
        assert (delivery.status, delivery.failure) == ("unknown", "lease_lapsed")
        assert take(session, late + timedelta(hours=1)) == []

    def test_leaves_a_lease_that_still_runs(
        self, session: Session, notice_id: uuid.UUID, at: datetime
    ) -> None:
        take(session, at)

        assert close_lapsed_leases(session, at=at + timedelta(seconds=LEASE_SECONDS - 1)) == 0
