"""What waits in the outboxes goes out, whatever happens on the way."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from firebase_admin import messaging
from sqlalchemy import select, update

from backend.base.database import Database
from backend.base.fcm import FcmSender
from backend.base.mail import MailRefused, MailUnavailable
from backend.base.mass_posting import MassPoster
from backend.base.push import PushOutcome, PushResult
from backend.base.vapid_keys import make_private_key
from backend.config import Settings
from backend.jobs import sending, work
from backend.jobs.senders import Senders, make_senders
from backend.jobs.sending import PUSH_BATCH, PUSH_LEASE_SECONDS, close_leases, send_letters, send_pushes
from backend.notices.models import Device, Notice
from backend.notices.terms import load_terms
from backend.people.models import Letter
from backend.people.service.letters import queue_letter
from tests.factories.jobs import away_at_first
from tests.factories.notices import list_deliveries, make_device, make_notice
from tests.factories.people import make_citizen
from tests.fakes.fcm import UNREGISTERED, FakeFcm, FixedToken, run_fcm, unavailable
from tests.fakes.push_service import Browser, run_push_service
from tests.fakes.senders import RememberingMailSender, RememberingPushSender

TERMS = load_terms()


@pytest.fixture
def owner_id(database: Database, at: datetime) -> uuid.UUID:
    """A citizen with one phone."""
    citizen = database.run(lambda session: make_citizen(session, at=at))
    database.run(lambda session: make_device(session, citizen_id=citizen.id, at=at, target="the-target"))
    return citizen.id


def tell(database: Database, owner_id: uuid.UUID, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_notice(session, citizen_id=owner_id, at=at))


def statuses(database: Database) -> list[str]:
    return [delivery.status for delivery in database.run(list_deliveries)]


class TestSendPushes:
    def test_sends_what_waits_and_writes_down_what_became_of_it(
        self, database: Database, owner_id: uuid.UUID, at: datetime
    ) -> None:
        notice_id = tell(database, owner_id, at)
        sender = RememberingPushSender()

        assert send_pushes(database, sender, TERMS) is True
        assert send_pushes(database, sender, TERMS) is False

        [push] = sender.sent
        assert (push.target, push.content.data["notice_id"]) == ("the-target", str(notice_id))
        assert statuses(database) == ["accepted"]

    def test_speaks_the_language_the_citizen_chose(self, database: Database, at: datetime) -> None:
        reader = database.run(lambda session: make_citizen(session, at=at, language="en"))
        database.run(lambda session: make_device(session, citizen_id=reader.id, at=at))
        tell(database, reader.id, at)
        sender = RememberingPushSender()

        send_pushes(database, sender, TERMS)

        assert [push.content.title for push in sender.sent] == ["Your purchase at Wheat & Whistle"]

    def test_holds_no_transaction_while_the_network_is_asked(
        self, database: Database, owner_id: uuid.UUID, at: datetime
    ) -> None:
        """On SQLite an open one would keep every purchase waiting; that it is being sent is committed."""
        tell(database, owner_id, at)
        seen: list[str] = []

        def meanwhile() -> None:
            tell(database, owner_id, at)
            seen.extend(statuses(database))

        send_pushes(database, RememberingPushSender(meanwhile), TERMS)

        assert seen == ["sending", "waiting"]

    def test_goes_on_with_what_is_left_after_a_full_batch(
        self, database: Database, owner_id: uuid.UUID, at: datetime
    ) -> None:
        for _ in range(PUSH_BATCH + 1):
            tell(database, owner_id, at)
        sender = RememberingPushSender()

        while send_pushes(database, sender, TERMS):
            pass

        assert len(sender.sent) == PUSH_BATCH + 1

    def test_one_refused_push_leaves_the_others_alone(
        self, database: Database, owner_id: uuid.UUID, at: datetime
    ) -> None:
        database.run(
            lambda session: make_device(
                session, citizen_id=owner_id, at=at, installation_id="installation-2", target="gone"
            )
        )
        tell(database, owner_id, at)
        sender = RememberingPushSender()
        sender.outcomes["gone"] = PushOutcome(PushResult.RETIRED, "not_found")

        send_pushes(database, sender, TERMS)

        assert sorted(statuses(database)) == ["accepted", "retired"]

    def test_a_notice_without_its_text_holds_up_nobody(
        self, database: Database, owner_id: uuid.UUID, at: datetime
    ) -> None:
        broken = tell(database, owner_id, at)
        tell(database, owner_id, at)
        database.run(
            lambda session: session.execute(update(Notice).where(Notice.id == broken).values(params={}))
        )

        send_pushes(database, RememberingPushSender(), TERMS)

        assert statuses(database) == ["failed", "accepted"]

    def test_keeps_what_it_knows_until_the_database_is_back(
        self, database: Database, owner_id: uuid.UUID, at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(3):
            tell(database, owner_id, at)
        monkeypatch.setattr(sending, "settle_delivery", away_at_first(sending.settle_delivery))
        monkeypatch.setattr(work, "WRITE_PAUSES_SECONDS", (0, 0))

        send_pushes(database, RememberingPushSender(), TERMS)

        assert statuses(database) == ["accepted"] * 3

    def test_after_a_crash_it_is_unknown_and_never_sent_again(
        self, database: Database, owner_id: uuid.UUID, at: datetime, clock: time_machine.Traveller
    ) -> None:
        tell(database, owner_id, at)

        def crash() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            send_pushes(database, RememberingPushSender(crash), TERMS)
        before = statuses(database)
        clock.shift(PUSH_LEASE_SECONDS)
        close_leases(database)
        survivor = RememberingPushSender()
        send_pushes(database, survivor, TERMS)

        assert before == ["sending"]
        assert statuses(database) == ["unknown"]
        assert survivor.sent == []


@pytest.fixture
def fcm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFcm]:
    with run_fcm() as fake:
        monkeypatch.setattr(messaging._MessagingService, "FCM_URL", fake.send_url)
        yield fake


@pytest.fixture
def fcm_sender(fcm: FakeFcm) -> Iterator[FcmSender]:
    sender = FcmSender("meguri-test", FixedToken(), MassPoster(per_second=1_000, connections=4))
    yield sender
    sender.close()


class TestSendPushesByFcm:
    def test_a_phone_that_lost_the_app_is_told_nothing_more(
        self, database: Database, owner_id: uuid.UUID, at: datetime, fcm: FakeFcm, fcm_sender: FcmSender
    ) -> None:
        fcm.answers["the-target"] = UNREGISTERED
        tell(database, owner_id, at)

        send_pushes(database, fcm_sender, TERMS)
        tell(database, owner_id, at)
        send_pushes(database, fcm_sender, TERMS)

        assert fcm.posts_to("the-target") == 1
        assert database.run(lambda session: session.scalars(select(Device.retired_at)).all()) == [at]

    def test_what_fcm_cannot_take_now_it_gets_later(
        self,
        database: Database,
        owner_id: uuid.UUID,
        at: datetime,
        fcm: FakeFcm,
        fcm_sender: FcmSender,
        clock: time_machine.Traveller,
    ) -> None:
        fcm.answers["the-target"] = unavailable("120")
        tell(database, owner_id, at)
        send_pushes(database, fcm_sender, TERMS)
        fcm.answers.clear()

        clock.shift(119)
        too_early = send_pushes(database, fcm_sender, TERMS)
        clock.shift(31)
        send_pushes(database, fcm_sender, TERMS)

        assert too_early is False
        assert fcm.posts_to("the-target") == 2
        assert statuses(database) == ["accepted"]


class TestSendPushesToBrowsers:
    def test_one_that_has_unsubscribed_is_told_nothing_more(
        self, database: Database, at: datetime, tmp_path: Path
    ) -> None:
        reader = database.run(lambda session: make_citizen(session, at=at))
        (tmp_path / "vapid.pem").write_bytes(make_private_key())
        settings = Settings(
            vapid_private_key_file=tmp_path / "vapid.pem", vapid_subject="mailto:it@city.example"
        )
        sender = make_senders(settings).push

        with run_push_service() as service:
            service.answers["/push/1"] = (410, {})
            target = Browser(f"{service.url}/push/1").target
            database.run(
                lambda session: make_device(
                    session, citizen_id=reader.id, at=at, target_kind="web_push", target=target
                )
            )
            tell(database, reader.id, at)
            send_pushes(database, sender, TERMS)
            tell(database, reader.id, at)
            send_pushes(database, sender, TERMS)

        assert [posted.path for posted in service.posted] == ["/push/1"]
        assert database.run(lambda session: session.scalars(select(Device.retired_at)).all()) == [at]
        sender.close()


@pytest.fixture
def email() -> RememberingMailSender:
    return RememberingMailSender()


@pytest.fixture
def phone() -> RememberingMailSender:
    return RememberingMailSender()


@pytest.fixture
def senders(email: RememberingMailSender, phone: RememberingMailSender) -> Senders:
    return Senders(push=RememberingPushSender(), email=email, phone=phone)


def queue(database: Database, at: datetime, channel: str = "email", kind: str = "verify_code") -> None:
    database.run(
        lambda session: queue_letter(
            session,
            channel=channel,
            recipient="somebody",
            kind=kind,
            language="ja",
            params={"code": "123456", "minutes": "15"},
            at=at,
        )
    )


def count_letters(database: Database) -> int:
    return len(database.run(lambda session: session.scalars(select(Letter.id)).all()))


class TestSendLetters:
    def test_sends_each_by_its_channel_and_forgets_it(
        self,
        database: Database,
        senders: Senders,
        email: RememberingMailSender,
        phone: RememberingMailSender,
        at: datetime,
    ) -> None:
        queue(database, at, channel="email")
        queue(database, at, channel="phone")

        while send_letters(database, senders):
            pass

        assert (len(email.sent), len(phone.sent)) == (1, 1)
        assert "123456" in email.sent[0].body
        assert count_letters(database) == 0

    def test_keeps_for_later_what_the_server_cannot_take_now(
        self,
        database: Database,
        senders: Senders,
        email: RememberingMailSender,
        at: datetime,
        clock: time_machine.Traveller,
    ) -> None:
        email.error = MailUnavailable("away")
        queue(database, at)

        send_letters(database, senders)
        email.error = None
        too_early = send_letters(database, senders)
        clock.shift(60)
        send_letters(database, senders)

        assert too_early is False
        assert len(email.sent) == 1

    def test_forgets_what_will_never_be_taken(
        self, database: Database, senders: Senders, email: RememberingMailSender, at: datetime
    ) -> None:
        email.error = MailRefused("no such person")
        queue(database, at)

        send_letters(database, senders)

        assert count_letters(database) == 0

    def test_a_letter_without_its_text_holds_up_nobody(
        self, database: Database, senders: Senders, email: RememberingMailSender, at: datetime
    ) -> None:
        queue(database, at, kind="unheard_of")
        queue(database, at)

        while send_letters(database, senders):
            pass

        assert len(email.sent) == 1
        assert count_letters(database) == 0
