"""Whole messages by the worker's jobs: against FCM's bad answers, and by two workers at once."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from firebase_admin import messaging

from backend.base.database import Database
from backend.base.fcm import FcmSender
from backend.base.mass_posting import MassPoster
from backend.jobs.messages import Mailroom, run_shard, send_due_shard, start_messages
from backend.messages.health import health_of
from backend.messages.models import Message
from tests.factories.sendings import (
    DISASTER,
    fates_of,
    make_readers,
    recipients_of,
    target_of,
)
from tests.fakes.fcm import (
    DROPPED,
    INVALID_ARGUMENT,
    NOT_ALLOWED,
    SENDER_ID_MISMATCH,
    THIRD_PARTY_AUTH,
    UNREGISTERED,
    FakeFcm,
    FcmAnswer,
    FixedToken,
    project_quota_exceeded,
    quota_exceeded,
    run_fcm,
    unavailable,
)
from tests.jobs.conftest import work

INTERNAL = FcmAnswer(500, "INTERNAL", "INTERNAL")
# Longer than a busy machine takes for an answer; the slow one takes longer still.
ANSWER_SECONDS = 4
SLOW = FcmAnswer(slow_seconds=60)


@pytest.fixture
def fcm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFcm]:
    with run_fcm() as fake:
        monkeypatch.setattr(messaging._MessagingService, "FCM_URL", fake.send_url)
        yield fake


@pytest.fixture
def fcm_room(fcm: FakeFcm, make_room: Callable[..., Mailroom]) -> Iterator[Mailroom]:
    poster = MassPoster(per_second=1e6, connections=20, answer_seconds=ANSWER_SECONDS)
    sender = FcmSender("meguri-test", FixedToken(), poster)
    yield make_room(sender)
    sender.close()


class TestBadAnswers:
    def test_leave_each_recipient_in_one_state(
        self,
        database: Database,
        fcm: FakeFcm,
        fcm_room: Mailroom,
        schedule: Callable[..., uuid.UUID],
        at: datetime,
    ) -> None:
        answers = [
            UNREGISTERED,
            SENDER_ID_MISMATCH,
            INVALID_ARGUMENT,
            DROPPED,
            SLOW,
            NOT_ALLOWED,
            THIRD_PARTY_AUTH,
            quota_exceeded(300),
            project_quota_exceeded(300),
            INTERNAL,
            unavailable(),
        ]
        readers = database.run(lambda session: make_readers(session, len(answers) + 1, at=at))
        targets = [target_of(reader) for reader in readers]
        fcm.answers = dict(zip(targets, answers, strict=False))
        message_id = schedule()

        work(fcm_room)

        fates = database.run(lambda session: fates_of(session, message_id))
        assert [status for status, _ in fates] == [
            "retired",
            "failed",
            "failed",
            "unknown",
            "unknown",
            *["waiting"] * 6,
            "accepted",
        ]
        assert all(reason for status, reason in fates if status != "accepted")

    def test_that_pass_are_tried_again_and_told_once_each(
        self,
        database: Database,
        fcm: FakeFcm,
        fcm_room: Mailroom,
        schedule: Callable[..., uuid.UUID],
        clock: time_machine.Traveller,
        at: datetime,
    ) -> None:
        readers = database.run(lambda session: make_readers(session, 30, at=at))
        fcm.answers = {target_of(reader): [unavailable(), INTERNAL] for reader in readers}
        message_id = schedule()

        work(fcm_room)
        clock.shift(60)
        work(fcm_room)
        clock.shift(200)
        work(fcm_room)

        health = database.run(lambda session: health_of(session, message_id=message_id))
        assert health.states == {"accepted": 30}
        assert {fcm.posts_to(target_of(reader)) for reader in readers} == {3}
        assert database.run(lambda session: session.get_one(Message, message_id)).status == "done"

    def test_that_never_end_do_end_in_failure(
        self,
        database: Database,
        fcm: FakeFcm,
        fcm_room: Mailroom,
        schedule: Callable[..., uuid.UUID],
        clock: time_machine.Traveller,
        at: datetime,
    ) -> None:
        [reader] = database.run(lambda session: make_readers(session, 1, at=at))
        fcm.answers = {target_of(reader): [unavailable()] * 20}
        message_id = schedule()

        for _ in range(8):
            work(fcm_room)
            clock.shift(5_400)

        assert database.run(lambda session: fates_of(session, message_id)) == [("failed", "unavailable")]

    def test_of_an_expired_token_cost_nobody_a_try(
        self,
        database: Database,
        fcm: FakeFcm,
        make_room: Callable[..., Mailroom],
        schedule: Callable[..., uuid.UUID],
        at: datetime,
    ) -> None:
        database.run(lambda session: make_readers(session, 5, at=at))
        fcm.tokens_taken = {"renewed"}
        sender = FcmSender("meguri-test", FixedToken("renewed"), MassPoster(per_second=1e6, connections=5))
        message_id = schedule()

        work(make_room(sender))
        sender.close()

        rows = database.run(lambda session: recipients_of(session, message_id))
        assert {(row.status, row.attempts) for row in rows} == {("accepted", 1)}


class TestTwoWorkers:
    def test_never_send_one_row_twice(
        self,
        database: Database,
        make_room: Callable[..., Mailroom],
        schedule: Callable[..., uuid.UUID],
        clock: time_machine.Traveller,
        at: datetime,
    ) -> None:
        readers = database.run(lambda session: make_readers(session, 400, at=at))
        message_id = schedule(spread_minutes=2)
        rooms = [make_room(), make_room()]
        start_messages(rooms[0])
        clock.shift(60)
        gate = threading.Barrier(4)

        def race(room: Mailroom, number: int) -> None:
            gate.wait()
            run_shard(room, message_id=message_id, number=number)

        threads = [threading.Thread(target=race, args=(room, number)) for room in rooms for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        sent = Counter(push.target for room in rooms for push in room.sender.sent)
        assert sent == Counter(target_of(reader) for reader in readers)
        assert set(database.run(lambda session: fates_of(session, message_id))) == {("accepted", None)}

    def test_start_a_message_once(
        self,
        database: Database,
        make_room: Callable[..., Mailroom],
        schedule: Callable[..., uuid.UUID],
        at: datetime,
    ) -> None:
        database.run(lambda session: make_readers(session, 20, at=at))
        message_id = schedule()
        gate = threading.Barrier(2)

        def race() -> None:
            room = make_room()
            gate.wait()
            start_messages(room)

        threads = [threading.Thread(target=race) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(database.run(lambda session: recipients_of(session, message_id))) == 20


class TestDisasters:
    def test_go_by_a_way_of_their_own(
        self,
        database: Database,
        make_room: Callable[..., Mailroom],
        schedule: Callable[..., uuid.UUID],
        at: datetime,
    ) -> None:
        [reader] = database.run(lambda session: make_readers(session, 1, at=at))
        schedule(DISASTER)
        room = make_room()
        start_messages(room)

        others = send_due_shard(room, urgent=False)
        send_due_shard(room, urgent=True)

        assert others is False
        [push] = room.sender.sent
        assert (push.target, push.content.is_urgent) == (target_of(reader), True)
