"""The settings choose the senders."""

from pathlib import Path
from typing import Any

import pytest
from firebase_admin import credentials

from backend.base.mail import LogSender, MissingGateway, SmtpSender
from backend.base.push import LogPushSender
from backend.config import Settings
from backend.jobs.senders import make_senders
from tests.fakes.fcm import FixedToken


class TestMakeSenders:
    def test_everything_goes_to_the_log_by_default(self) -> None:
        senders = make_senders(Settings())

        assert isinstance(senders.push, LogPushSender)
        assert isinstance(senders.email, LogSender)
        assert isinstance(senders.phone, LogSender)

    def test_smtp_where_chosen(self) -> None:
        senders = make_senders(Settings(mail_sender="smtp", smtp_host="mail.example", smtp_port=465))

        assert senders.email == SmtpSender(
            host="mail.example", port=465, sender="Meguri <noreply@localhost>", username="", password=""
        )

    def test_pushes_go_by_fcm_where_credentials_are_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from backend.base.firebase import FcmSender

        def read(path: str) -> Any:
            assert path == str(tmp_path / "service-account.json")
            return FixedToken()

        monkeypatch.setattr(credentials, "Certificate", read)
        settings = Settings(
            firebase_project_id="meguri-test", firebase_credentials_file=tmp_path / "service-account.json"
        )

        assert isinstance(make_senders(settings).push, FcmSender)

    def test_in_production_no_code_for_a_phone_enters_the_log(self) -> None:
        assert isinstance(make_senders(Settings(mode="production")).phone, MissingGateway)

    def test_a_push_log_that_cannot_be_written_is_told_at_the_start(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="no-such-folder"):
            make_senders(Settings(push_log_file=tmp_path / "no-such-folder" / "push.log"))
