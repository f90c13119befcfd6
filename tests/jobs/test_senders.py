"""The settings choose the senders."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from firebase_admin import credentials, messaging

from backend.base.mail import LogSender, MissingGateway, SmtpSender
from backend.base.push import Push, PushContent, PushOutcome, PushResult
from backend.base.vapid_keys import make_private_key
from backend.config import Settings
from backend.jobs.senders import make_senders
from tests.fakes.fcm import FakeFcm, FixedToken, run_fcm


class TestMakeSenders:
    def test_everything_goes_to_the_log_by_default(self) -> None:
        senders = make_senders(Settings())

        assert isinstance(senders.email, LogSender)
        assert isinstance(senders.phone, LogSender)

    def test_smtp_where_chosen(self) -> None:
        senders = make_senders(Settings(mail_sender="smtp", smtp_host="mail.example", smtp_port=465))

        assert senders.email == SmtpSender(
            host="mail.example", port=465, sender="Meguri <noreply@localhost>", username="", password=""
        )

    def test_in_production_no_code_for_a_phone_enters_the_log(self) -> None:
        assert isinstance(make_senders(Settings(mode="production")).phone, MissingGateway)

    def test_a_push_log_that_cannot_be_written_is_told_at_the_start(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="no-such-folder"):
            make_senders(Settings(push_log_file=tmp_path / "no-such-folder" / "push.log"))


def push_to(target_kind: str) -> Push:
    content = PushContent("title", "body", {}, "key", 60)
    return Push(content, "web", target_kind, "the-target")


@pytest.fixture
def fcm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFcm]:
    with run_fcm() as fake:
        monkeypatch.setattr(messaging._MessagingService, "FCM_URL", fake.send_url)
        yield fake


@pytest.fixture
def credentials_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "service-account.json"

    def read(given: str) -> Any:
        assert given == str(path)
        return FixedToken()

    monkeypatch.setattr(credentials, "Certificate", read)
    return path


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "vapid.pem"
    path.write_bytes(make_private_key())
    return path


class TestPushSender:
    @pytest.mark.parametrize("target_kind", ["fid", "fcm_token", "web_push"])
    def test_writes_to_the_log_while_nothing_is_set_up(
        self, target_kind: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        outcomes = make_senders(Settings()).push.send([push_to(target_kind)])

        assert outcomes == [PushOutcome(PushResult.ACCEPTED)]
        assert f"push to web {target_kind}" in capsys.readouterr().err

    @pytest.mark.parametrize("target_kind", ["fid", "fcm_token", "web_push"])
    def test_in_production_fails_what_nothing_is_set_up_for(
        self, target_kind: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        outcomes = make_senders(Settings(mode="production")).push.send([push_to(target_kind)])

        assert outcomes == [PushOutcome(PushResult.FAILED, "push_service_not_set_up")]
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize("target_kind", ["fid", "fcm_token"])
    def test_goes_by_fcm_where_credentials_are_named(
        self, fcm: FakeFcm, credentials_file: Path, target_kind: str
    ) -> None:
        settings = Settings(firebase_project_id="meguri-test", firebase_credentials_file=credentials_file)
        sender = make_senders(settings).push

        outcomes = sender.send([push_to(target_kind)])

        assert outcomes == [PushOutcome(PushResult.ACCEPTED)]
        assert fcm.posts_to("the-target") == 1
        sender.close()

    def test_goes_to_browsers_where_there_is_a_key(self, key_file: Path) -> None:
        settings = Settings(vapid_private_key_file=key_file, vapid_subject="mailto:it@city.example")
        sender = make_senders(settings).push

        outcomes = sender.send([push_to("web_push")])

        assert outcomes == [PushOutcome(PushResult.FAILED, "target_invalid")]
        sender.close()

    def test_of_a_key_without_a_subject_is_told_at_the_start(self, key_file: Path) -> None:
        with pytest.raises(ValueError, match="VAPID_SUBJECT"):
            make_senders(Settings(vapid_private_key_file=key_file))
