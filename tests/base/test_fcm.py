"""Pushes by FCM against a local stand-in: real requests, no network beyond this machine."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from firebase_admin import messaging
from google.auth import _helpers
from google.auth.exceptions import RefreshError, TransportError

from backend.base import fcm as path_under_test
from backend.base.clock import utc_now
from backend.base.fcm import FcmSender
from backend.base.firebase import encode_content
from backend.base.mass_posting import MassPoster
from backend.base.push import PushContent, PushOutcome, PushResult
from tests.factories.pushes import push, to_many
from tests.fakes.fcm import (
    ACCEPTED,
    DROPPED,
    INVALID_ARGUMENT,
    NOT_ALLOWED,
    PROJECT_NOT_FOUND,
    SENDER_ID_MISMATCH,
    THIRD_PARTY_AUTH,
    TOKEN_EXPIRED,
    UNREGISTERED,
    FakeFcm,
    FcmAnswer,
    FixedToken,
    project_quota_exceeded,
    quota_exceeded,
    run_fcm,
    unavailable,
)

PROJECT = "meguri-test"
DONE = PushOutcome(PushResult.ACCEPTED)


@pytest.fixture
def fcm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFcm]:
    with run_fcm() as fake:
        monkeypatch.setattr(messaging._MessagingService, "FCM_URL", fake.send_url)
        yield fake


def make_sender(credential: FixedToken, **limits: Any) -> FcmSender:
    usual: dict[str, Any] = {"per_second": 100_000, "connections": 20, "answer_seconds": 5.0}
    return FcmSender(PROJECT, credential, MassPoster(**(usual | limits)))


@pytest.fixture
def credential() -> FixedToken:
    return FixedToken()


@pytest.fixture
def sender(fcm: FakeFcm, credential: FixedToken) -> Iterator[FcmSender]:
    sender = make_sender(credential)
    yield sender
    sender.close()


@pytest.fixture
def hasty(fcm: FakeFcm, credential: FixedToken) -> Iterator[FcmSender]:
    """Waits a little more than a second for an answer."""
    sender = make_sender(credential, connect_seconds=1.0, answer_seconds=0.3)
    yield sender
    sender.close()


class TestFcmSender:
    def test_posts_what_a_phone_shows_and_what_the_app_opens(self, fcm: FakeFcm, sender: FcmSender) -> None:
        outcomes = sender.send([push()])

        assert outcomes == [DONE]
        [message] = fcm.messages
        assert message["fid"] == "target-1"
        assert message["notification"] == {"title": "麦と汽笛でのお買い物", "body": "お支払い 1,480円"}
        assert message["data"] == {"notice_id": "n-1", "kind": "purchase_recorded"}
        assert fcm.authorizations == ["Bearer fixed"]

    def test_still_reaches_phones_that_registered_with_a_token(self, fcm: FakeFcm, sender: FcmSender) -> None:
        sender.send([push(target_kind="fcm_token", target="token-1")])

        [message] = fcm.messages
        assert message["token"] == "token-1"
        assert "fid" not in message

    def test_sends_one_content_to_each_target(self, fcm: FakeFcm, sender: FcmSender) -> None:
        outcomes = sender.send(to_many(300))

        assert outcomes == [DONE] * 300
        assert sorted(message["fid"] for message in fcm.messages) == sorted(f"target-{n}" for n in range(300))

    def test_keeps_its_connections(self, fcm: FakeFcm, sender: FcmSender) -> None:
        sender.send(to_many(100))
        sender.send(to_many(100))

        assert fcm.connections <= 20

    def test_builds_and_encodes_a_content_once(
        self, sender: FcmSender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        built: list[PushContent] = []

        def count(one: PushContent) -> bytes:
            built.append(one)
            return encode_content(one)

        monkeypatch.setattr(path_under_test, "encode_content", count)

        sender.send(to_many(50))

        assert len(built) == 1

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            (UNREGISTERED, PushOutcome(PushResult.RETIRED, "unregistered")),
            (SENDER_ID_MISMATCH, PushOutcome(PushResult.FAILED, "sender_id_mismatch")),
            (INVALID_ARGUMENT, PushOutcome(PushResult.FAILED, "invalid_argument")),
            (THIRD_PARTY_AUTH, PushOutcome(PushResult.RETRY, "third_party_auth_error")),
            (NOT_ALLOWED, PushOutcome(PushResult.RETRY, "permission_denied")),
            (PROJECT_NOT_FOUND, PushOutcome(PushResult.RETRY, "not_found")),
            (quota_exceeded(90), PushOutcome(PushResult.RETRY, "quota_exceeded", 90)),
            (project_quota_exceeded(30), PushOutcome(PushResult.RETRY, "resource_exhausted", 30)),
            (project_quota_exceeded(), PushOutcome(PushResult.RETRY, "resource_exhausted", 60)),
            (unavailable("120"), PushOutcome(PushResult.RETRY, "unavailable", 120)),
            (unavailable(), PushOutcome(PushResult.RETRY, "unavailable")),
            (FcmAnswer(500, "INTERNAL"), PushOutcome(PushResult.RETRY, "internal")),
            (FcmAnswer(502, body=b"<html>bad gateway"), PushOutcome(PushResult.RETRY, "http_502")),
            (FcmAnswer(503, body=b'{"error": []}'), PushOutcome(PushResult.RETRY, "http_503")),
            (FcmAnswer(500, "<script>"), PushOutcome(PushResult.RETRY, "http_500")),
            (FcmAnswer(200, body=b"not JSON"), PushOutcome(PushResult.UNKNOWN, "answer_unreadable")),
            (FcmAnswer(200, body=b"[]"), PushOutcome(PushResult.UNKNOWN, "answer_unreadable")),
            (FcmAnswer(200, body=b"{}"), PushOutcome(PushResult.UNKNOWN, "answer_unreadable")),
            (FcmAnswer(418, body=b""), PushOutcome(PushResult.FAILED, "http_418")),
            (
                FcmAnswer(302, headers={"Location": "http://127.0.0.1:9/"}, body=b""),
                PushOutcome(PushResult.FAILED, "http_302"),
            ),
            (DROPPED, PushOutcome(PushResult.UNKNOWN, "connection_lost")),
        ],
    )
    def test_tells_what_became_of_a_push_after_asking_once(
        self, fcm: FakeFcm, sender: FcmSender, answer: FcmAnswer, outcome: PushOutcome
    ) -> None:
        fcm.answers["target-1"] = answer

        outcomes = sender.send([push()])

        assert outcomes == [outcome]
        assert fcm.posts_to("target-1") == 1

    @pytest.mark.parametrize("answer", [unavailable, project_quota_exceeded])
    def test_reads_a_retry_after_that_is_a_date(self, fcm: FakeFcm, sender: FcmSender, answer: Any) -> None:
        later = utc_now().replace(microsecond=0) + timedelta(seconds=90)
        fcm.answers["target-1"] = answer(format_datetime(later, usegmt=True))

        [outcome] = sender.send([push()])

        assert (outcome.result, outcome.after_seconds) == (PushResult.RETRY, 90)

    def test_each_of_a_batch_has_its_own_outcome_in_order(self, fcm: FakeFcm, sender: FcmSender) -> None:
        fcm.answers = {"target-3": UNREGISTERED, "target-7": DROPPED, "target-11": unavailable()}

        outcomes = sender.send(to_many(20))

        different = {number: each.result for number, each in enumerate(outcomes) if each != DONE}
        assert different == {3: PushResult.RETIRED, 7: PushResult.UNKNOWN, 11: PushResult.RETRY}

    def test_a_burst_of_errors_holds_up_nobody(self, fcm: FakeFcm, sender: FcmSender) -> None:
        """The SDK's own asynchronous way hangs for a minute behind twenty-five of them."""
        broken = {f"target-{number}": unavailable() for number in range(0, 60, 2)}
        fcm.answers = {**broken, **{f"target-{number}": FcmAnswer(500, "INTERNAL") for number in (1, 3)}}

        outcomes = sender.send(to_many(100))

        assert sum(each == DONE for each in outcomes) == 68
        assert len(fcm.messages) == 100

    def test_what_never_left_may_be_sent_later(self, monkeypatch: pytest.MonkeyPatch) -> None:
        nobody_listens = "http://127.0.0.1:9/v1/projects/{0}/messages:send"
        monkeypatch.setattr(messaging._MessagingService, "FCM_URL", nobody_listens)
        sender = make_sender(FixedToken())

        [outcome] = sender.send([push()])

        assert outcome == PushOutcome(PushResult.RETRY, "ConnectionRefusedError")
        sender.close()

    def test_of_a_line_that_was_dropped_before_the_answer_nobody_knows(
        self, fcm: FakeFcm, sender: FcmSender
    ) -> None:
        fcm.hang_ups = 1

        [outcome] = sender.send([push()])

        assert outcome.result is PushResult.UNKNOWN
        assert fcm.messages == []

    def test_of_an_answer_that_came_too_late_nobody_knows(self, fcm: FakeFcm, hasty: FcmSender) -> None:
        fcm.answers["target-1"] = FcmAnswer(slow_seconds=3)

        outcomes = hasty.send([push(), push("target-2")])

        assert outcomes == [PushOutcome(PushResult.UNKNOWN, "answer_timed_out"), DONE]

    def test_sends_nothing_once_it_is_closed(self, fcm: FakeFcm, credential: FixedToken) -> None:
        sender = make_sender(credential)
        sender.close()

        [outcome] = sender.send([push()])

        assert outcome.result is PushResult.RETRY
        assert fcm.messages == []

    def test_threads_share_the_connections(self, fcm: FakeFcm, sender: FcmSender) -> None:
        with ThreadPoolExecutor(4) as threads:
            batches = list(threads.map(lambda _: sender.send(to_many(50)), range(4)))

        assert batches == [[DONE] * 50] * 4
        assert fcm.connections <= 20

    def test_refuses_a_credentials_file_that_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "credentials.json"
        path.write_text("{}")

        with pytest.raises(ValueError, match="service_account"):
            FcmSender(PROJECT, path, MassPoster(per_second=1, connections=1))


class Failing(FixedToken):
    """Whose refresh fails."""

    def __init__(self, token: str | None, error: Exception) -> None:
        super().__init__()
        self.token = token  # type: ignore[assignment]
        self.error = error

    def refresh(self, request: Any) -> None:
        self.refreshes += 1
        raise self.error


class TestAccessToken:
    @pytest.mark.parametrize("error", [RefreshError("the key was revoked"), TransportError("no network")])
    def test_without_one_nothing_is_posted(self, fcm: FakeFcm, error: Exception) -> None:
        sender = make_sender(Failing(None, error))

        outcomes = sender.send(to_many(3))

        assert outcomes == [PushOutcome(PushResult.RETRY, type(error).__name__)] * 3
        assert fcm.messages == []

    @pytest.mark.parametrize("error", [TypeError("string indices must be integers"), ValueError("soon")])
    def test_that_is_none_is_as_if_there_was_none(self, fcm: FakeFcm, error: Exception) -> None:
        """What the SDK raises for a proxy's page, and for a lifetime that is no number."""
        sender = make_sender(Failing(None, error))

        outcomes = sender.send(to_many(3))

        assert outcomes == [PushOutcome(PushResult.RETRY, "RefreshError")] * 3
        assert fcm.messages == []

    def test_that_is_replaced_by_none_leaves_the_others_their_outcomes(self, fcm: FakeFcm) -> None:
        fcm.answers["target-1"] = TOKEN_EXPIRED
        sender = make_sender(Failing("fixed", TypeError("string indices must be integers")))

        outcomes = sender.send([push(), push("target-2")])

        assert outcomes == [PushOutcome(PushResult.RETRY, "unauthenticated"), DONE]
        sender.close()

    def test_is_asked_for_once_for_a_batch(self, fcm: FakeFcm) -> None:
        credential = FixedToken("first")
        credential.token = None  # type: ignore[assignment]
        sender = make_sender(credential)

        sender.send(to_many(50))

        assert credential.refreshes == 1
        assert set(fcm.authorizations) == {"Bearer first"}
        sender.close()

    def test_that_still_holds_serves_while_google_is_away(self, fcm: FakeFcm) -> None:
        credential = Failing("old", TransportError("no network"))
        credential.expiry = _helpers.utcnow() + timedelta(seconds=60)
        sender = make_sender(credential)

        outcomes = sender.send([push()])

        assert (outcomes, credential.refreshes) == ([DONE], 1)
        sender.close()

    def test_that_was_refused_is_replaced_once_for_all(self, fcm: FakeFcm) -> None:
        fcm.tokens_taken = {"new"}
        credential = FixedToken("new")
        sender = make_sender(credential)

        outcomes = sender.send(to_many(30))

        assert outcomes == [DONE] * 30
        assert credential.refreshes == 1
        sender.close()

    def test_that_is_refused_again_leaves_it_for_later(self, fcm: FakeFcm) -> None:
        fcm.answers["target-1"] = [TOKEN_EXPIRED, TOKEN_EXPIRED, ACCEPTED]
        credential = FixedToken("second", "third")
        sender = make_sender(credential)

        outcomes = sender.send([push(), push("target-2")])

        assert outcomes == [PushOutcome(PushResult.RETRY, "unauthenticated"), DONE]
        assert fcm.posts_to("target-1") == 2
        assert fcm.posts_to("target-2") == 1
        sender.close()

    def test_that_cannot_be_replaced_costs_nobody_else_their_outcome(self, fcm: FakeFcm) -> None:
        fcm.answers["target-1"] = TOKEN_EXPIRED
        sender = make_sender(Failing("fixed", RefreshError("the key was revoked")))

        outcomes = sender.send([push(), push("target-2")])

        assert outcomes == [PushOutcome(PushResult.RETRY, "unauthenticated"), DONE]
        sender.close()


class TestMeanwhile:
    def test_closing_cuts_off_what_is_under_way_and_nobody_knows(
        self, fcm: FakeFcm, sender: FcmSender
    ) -> None:
        fcm.open_gate.clear()
        outcomes: list[PushOutcome] = []
        thread = threading.Thread(target=lambda: outcomes.extend(sender.send([push()])))
        thread.start()
        assert fcm.asked.wait(5)

        sender.close()
        thread.join(5)

        assert outcomes == [PushOutcome(PushResult.UNKNOWN, "not_answered")]
