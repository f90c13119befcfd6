"""Firebase against local stand-ins: real requests, real signatures, no network."""

import base64
import json
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from firebase_admin import _token_gen, messaging
from google.auth.exceptions import RefreshError

from backend.base.clock import utc_now
from backend.base.firebase import (
    PAYLOAD_MAX_BYTES,
    FirebaseTokenInvalid,
    FirebaseUnavailable,
    SdkPushSender,
    make_token_verifier,
)
from backend.base.push import Push, PushContent, PushOutcome, PushResult
from tests.fakes.fcm import (
    DROPPED,
    INVALID_ARGUMENT,
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
from tests.fakes.google_keys import FakeGoogle, run_google

PROJECT = "meguri-test"


def push(target: str = "target-1", target_kind: str = "fid", **fields: Any) -> Push:
    usual: dict[str, Any] = {
        "title": "麦と汽笛でのお買い物",
        "body": "お支払い 1,480円",
        "data": {"notice_id": "n-1", "kind": "purchase_recorded"},
        "collapse_key": "n-1",
        "ttl_seconds": 86_400,
    }
    return Push(PushContent(**(usual | fields)), "android", target_kind, target)


@pytest.fixture
def fcm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFcm]:
    with run_fcm() as fake:
        monkeypatch.setattr(messaging._MessagingService, "FCM_URL", fake.send_url)
        yield fake


@pytest.fixture
def sender(fcm: FakeFcm) -> SdkPushSender:
    return SdkPushSender(PROJECT, FixedToken())


class TestSdkPushSender:
    def test_posts_what_a_phone_shows_and_what_the_app_opens(
        self, fcm: FakeFcm, sender: SdkPushSender
    ) -> None:
        outcomes = sender.send([push()])

        assert outcomes == [PushOutcome(PushResult.ACCEPTED)]
        [message] = fcm.messages
        assert message["fid"] == "target-1"
        assert message["notification"] == {"title": "麦と汽笛でのお買い物", "body": "お支払い 1,480円"}
        assert message["data"] == {"notice_id": "n-1", "kind": "purchase_recorded"}
        assert fcm.authorizations == ["Bearer fixed"]

    def test_makes_a_push_that_comes_twice_show_once_on_every_platform(
        self, fcm: FakeFcm, sender: SdkPushSender
    ) -> None:
        sender.send([push()])

        [message] = fcm.messages
        assert message["android"] == {"ttl": "86400s", "notification": {"tag": "n-1"}}
        assert message["apns"]["headers"]["apns-collapse-id"] == "n-1"
        assert message["webpush"] == {"headers": {"TTL": "86400"}, "notification": {"tag": "n-1"}}

    def test_ends_at_the_same_moment_on_every_platform(self, fcm: FakeFcm, sender: SdkPushSender) -> None:
        sender.send([push(ttl_seconds=60)])

        [message] = fcm.messages
        assert message["apns"]["headers"]["apns-expiration"] == str(int(utc_now().timestamp()) + 60)

    def test_an_urgent_one_is_heard(self, fcm: FakeFcm, sender: SdkPushSender) -> None:
        """An iPhone shows a push without a sound in silence, also that of a disaster at night."""
        sender.send([push(is_urgent=True), push()])

        urgent, usual = fcm.messages
        assert urgent["android"]["priority"] == "high"
        assert urgent["apns"]["payload"]["aps"] == {"sound": "default"}
        assert "payload" not in usual["apns"]

    @pytest.mark.filterwarnings("error::DeprecationWarning")
    def test_still_reaches_phones_that_registered_with_a_token(
        self, fcm: FakeFcm, sender: SdkPushSender
    ) -> None:
        sender.send([push(target_kind="fcm_token", target="token-1")])

        [message] = fcm.messages
        assert message["token"] == "token-1"
        assert "fid" not in message

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            (UNREGISTERED, PushOutcome(PushResult.RETIRED, "not_found")),
            (SENDER_ID_MISMATCH, PushOutcome(PushResult.FAILED, "permission_denied")),
            (THIRD_PARTY_AUTH, PushOutcome(PushResult.RETRY, "unauthenticated")),
            (INVALID_ARGUMENT, PushOutcome(PushResult.FAILED, "invalid_argument")),
            (quota_exceeded(90), PushOutcome(PushResult.RETRY, "resource_exhausted", 90)),
            (project_quota_exceeded(60), PushOutcome(PushResult.RETRY, "resource_exhausted", 60)),
            (unavailable("120"), PushOutcome(PushResult.RETRY, "unavailable", 120)),
            (unavailable(), PushOutcome(PushResult.RETRY, "unavailable")),
            (FcmAnswer(500, "INTERNAL"), PushOutcome(PushResult.RETRY, "internal")),
            (FcmAnswer(502, body=b"<html>bad gateway"), PushOutcome(PushResult.RETRY, "unknown")),
            (FcmAnswer(200, body=b"not JSON"), PushOutcome(PushResult.UNKNOWN, "unknown")),
            (FcmAnswer(200, body=b"{}"), PushOutcome(PushResult.UNKNOWN, "KeyError")),
            (DROPPED, PushOutcome(PushResult.UNKNOWN, "unavailable")),
        ],
    )
    def test_tells_what_became_of_a_push_after_asking_once(
        self, fcm: FakeFcm, sender: SdkPushSender, answer: FcmAnswer, outcome: PushOutcome
    ) -> None:
        """Left to itself the SDK asks up to five times, sleeps as long as told, repeats a dropped post."""
        fcm.answers["target-1"] = answer

        outcomes = sender.send([push()])

        assert outcomes == [outcome]
        assert fcm.posts_to("target-1") == (3 if answer is THIRD_PARTY_AUTH else 1)

    def test_reads_a_retry_after_that_is_a_date(self, fcm: FakeFcm, sender: SdkPushSender) -> None:
        later = utc_now().replace(microsecond=0)
        fcm.answers["target-1"] = unavailable(format_datetime(later, usegmt=True))

        [outcome] = sender.send([push()])

        assert outcome.after_seconds == 0

    def test_each_of_a_batch_has_its_own_outcome_in_order(self, fcm: FakeFcm, sender: SdkPushSender) -> None:
        fcm.answers = {"target-3": UNREGISTERED, "target-7": DROPPED, "target-11": unavailable()}

        outcomes = sender.send([push(f"target-{number}") for number in range(20)])

        different = {
            number: o.result for number, o in enumerate(outcomes) if o.result is not PushResult.ACCEPTED
        }
        assert different == {3: PushResult.RETIRED, 7: PushResult.UNKNOWN, 11: PushResult.RETRY}

    def test_what_never_left_may_be_sent_later(self, fcm: FakeFcm, monkeypatch: pytest.MonkeyPatch) -> None:
        nobody_listens = "http://127.0.0.1:9/v1/projects/{0}/messages:send"
        monkeypatch.setattr(messaging._MessagingService, "FCM_URL", nobody_listens)

        [outcome] = SdkPushSender(PROJECT, FixedToken()).send([push()])

        assert outcome.result is PushResult.RETRY

    def test_without_our_own_token_nothing_is_posted(self, fcm: FakeFcm) -> None:
        class Expired(FixedToken):
            def __init__(self) -> None:
                super().__init__()
                self.token = None

            def refresh(self, request: Any) -> None:
                raise RefreshError("the key was revoked")

        [outcome] = SdkPushSender(PROJECT, Expired()).send([push()])

        assert outcome == PushOutcome(PushResult.RETRY, "RefreshError")
        assert fcm.messages == []

    def test_does_not_post_what_is_larger_than_a_phone_may_be_sent(
        self, fcm: FakeFcm, sender: SdkPushSender
    ) -> None:
        too_long = "あ" * (PAYLOAD_MAX_BYTES // 3)

        [outcome] = sender.send([push(body=too_long)])

        assert outcome == PushOutcome(PushResult.FAILED, "payload_too_large")
        assert fcm.messages == []

    def test_does_not_post_what_the_schema_forbids(self, fcm: FakeFcm, sender: SdkPushSender) -> None:
        [outcome] = sender.send([push(data={"points": 74})])

        assert outcome == PushOutcome(PushResult.FAILED, "message_invalid")
        assert fcm.messages == []

    def test_refuses_a_credentials_file_that_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "credentials.json"
        path.write_text("{}")

        with pytest.raises(ValueError, match="service_account"):
            SdkPushSender(PROJECT, path)


@pytest.fixture(scope="module")
def google() -> Iterator[FakeGoogle]:
    with run_google(PROJECT) as fake:
        yield fake


@pytest.fixture
def verify(google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    monkeypatch.setattr(_token_gen, "ID_TOKEN_CERT_URI", google.url)
    yield make_token_verifier(PROJECT, None)
    google.is_down = False


def forge(header: Any, payload: Any) -> str:
    """A token nobody signed."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in (header, payload)
    ]
    return ".".join([*parts, "c2lnbmF0dXJl"])


class TestTokenVerifier:
    def test_gives_the_user_whom_firebase_signed(
        self, google: FakeGoogle, verify: Callable[[str], str]
    ) -> None:
        assert verify(google.sign(sub="firebase-user-7")) == "firebase-user-7"

    def test_fetches_the_certificates_once(self, google: FakeGoogle, verify: Callable[[str], str]) -> None:
        verify(google.sign())
        before = google.fetches

        verify(google.sign())

        assert google.fetches == before

    def test_refuses_a_token_that_has_expired(
        self, google: FakeGoogle, verify: Callable[[str], str], clock: time_machine.Traveller
    ) -> None:
        token = google.sign()
        clock.shift(3600 + 11)

        with pytest.raises(FirebaseTokenInvalid):
            verify(token)

    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": "another-project"},
            {"iss": "https://securetoken.google.com/another-project"},
            {"sub": ""},
            {"sub": None},
            {"sub": "x" * 129},
        ],
    )
    def test_refuses_what_is_not_meant_for_us(
        self, google: FakeGoogle, verify: Callable[[str], str], claims: dict[str, Any]
    ) -> None:
        with pytest.raises(FirebaseTokenInvalid):
            verify(google.sign(**claims))

    def test_refuses_another_signers_token(self, verify: Callable[[str], str]) -> None:
        with pytest.raises(FirebaseTokenInvalid):
            verify(FakeGoogle(PROJECT).sign())

    @pytest.mark.parametrize(
        "token",
        [
            "nonsense",
            "a.b.c",
            "....",
            "\udcff",
            forge([], []),
            forge({"alg": "RS256", "kid": "key-1"}, []),
            forge({"alg": "none"}, {"sub": "firebase-user-1"}),
            forge({"alg": "none", "kid": "key-1"}, {"aud": PROJECT, "sub": "firebase-user-1"}),
            forge(
                {"alg": "RS256", "kid": ["key-1"]},
                {"aud": PROJECT, "iss": f"https://securetoken.google.com/{PROJECT}", "sub": "u"},
            ),
        ],
    )
    def test_refuses_what_nobody_signed(self, verify: Callable[[str], str], token: str) -> None:
        with pytest.raises(FirebaseTokenInvalid):
            verify(token)

    def test_tells_its_own_trouble_from_the_callers(
        self, google: FakeGoogle, verify: Callable[[str], str]
    ) -> None:
        google.is_down = True

        with pytest.raises(FirebaseUnavailable):
            verify(google.sign())
