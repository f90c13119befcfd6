"""E-mail against a local server; the log for where there is none."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.base import mail
from backend.base.mail import (
    LogSender,
    MailMessage,
    MailRefused,
    MailUnavailable,
    MissingGateway,
    SmtpSender,
)
from tests.fakes.smtp import FakeSmtp, make_certificate, run_smtp

LETTER = MailMessage("citizen@example.jp", "めぐり 確認コード", "確認コードは 123456 です。\n")


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    """On this machine, without TLS."""
    with run_smtp() as fake:
        yield fake


def sender_to(smtp: FakeSmtp, **fields: Any) -> SmtpSender:
    usual = {"host": "127.0.0.1", "sender": "Meguri <noreply@meguri.example>"}
    return SmtpSender(port=smtp.port, **(usual | fields))


class TestSmtpSender:
    def test_hands_over_the_letter(self, smtp: FakeSmtp) -> None:
        sender_to(smtp).send(LETTER)

        [letter] = smtp.letters
        assert letter["To"] == "citizen@example.jp"
        assert letter["From"] == "Meguri <noreply@meguri.example>"
        assert letter["Subject"] == "めぐり 確認コード"
        assert letter.get_content().strip() == "確認コードは 123456 です。"
        assert letter["Message-ID"].endswith("@meguri.example>")
        assert letter["Auto-Submitted"] == "auto-generated"

    def test_logs_in_where_there_is_a_name(self, smtp: FakeSmtp) -> None:
        sender_to(smtp, username="meguri", password="secret").send(LETTER)

        assert smtp.commands.count("AUTH") == 1

    def test_a_subject_is_one_line_whatever_a_shop_calls_itself(self, smtp: FakeSmtp) -> None:
        sender_to(smtp).send(MailMessage("citizen@example.jp", "店\r\nBcc: x@example.jp", "本文"))

        [letter] = smtp.letters
        assert letter["Bcc"] is None
        assert smtp.recipients == ["citizen@example.jp"]

    @pytest.mark.parametrize("recipient", ["a@example.jp\r\nBcc: b@example.jp", "", "にほんご@example.jp"])
    def test_refuses_an_address_that_e_mail_cannot_carry(self, smtp: FakeSmtp, recipient: str) -> None:
        with pytest.raises(MailRefused):
            sender_to(smtp).send(MailMessage(recipient, "題", "本文"))

        assert smtp.letters == []

    @pytest.mark.parametrize(
        ("command", "reply", "error"),
        [
            ("RCPT", "550 no such person", MailRefused),
            ("RCPT", "452 mailbox full", MailUnavailable),
            ("DATA", "554 looks like spam", MailRefused),
            ("DATA", "451 try later", MailUnavailable),
            ("MAIL", "553 sender not allowed", MailUnavailable),
            ("AUTH", "535 wrong password", MailUnavailable),
        ],
    )
    def test_tells_what_is_final_from_what_may_pass(
        self, smtp: FakeSmtp, command: str, reply: str, error: type[Exception]
    ) -> None:
        smtp.replies[command] = reply

        with pytest.raises(error):
            sender_to(smtp, username="meguri", password="secret").send(LETTER)

        assert smtp.letters == []

    def test_a_server_that_is_away_may_come_back(self, smtp: FakeSmtp) -> None:
        with pytest.raises(MailUnavailable):
            SmtpSender(host="127.0.0.1", port=9, sender="noreply@meguri.example").send(LETTER)

    def test_never_sends_unencrypted_to_another_machine(
        self, smtp: FakeSmtp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mail, "LOOPBACK", ())

        with pytest.raises(MailUnavailable):
            sender_to(smtp, username="meguri", password="secret").send(LETTER)

        assert "AUTH" not in smtp.commands
        assert smtp.letters == []

    def test_encrypts_where_the_server_can(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        context, trusted = make_certificate(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))

        with run_smtp(context) as smtp:
            sender_to(smtp, username="meguri", password="secret").send(LETTER)

        assert smtp.encrypted == [True]

    def test_tells_nothing_to_a_server_whose_certificate_nobody_vouches_for(self, tmp_path: Path) -> None:
        context, _ = make_certificate(tmp_path)

        with run_smtp(context) as smtp, pytest.raises(MailUnavailable):
            sender_to(smtp, username="meguri", password="secret").send(LETTER)

        assert smtp.letters == []
        assert "AUTH" not in smtp.commands


class TestLogSender:
    def test_shows_developers_the_whole_letter(self) -> None:
        stream = io.StringIO()

        LogSender("e-mail", stream).send(LETTER)

        assert stream.getvalue() == (
            "e-mail to citizen@example.jp:\n  めぐり 確認コード\n  確認コードは 123456 です。\n"
        )


class TestMissingGateway:
    def test_refuses_and_keeps_the_code_out_of_the_log(self) -> None:
        with pytest.raises(MailRefused) as caught:
            MissingGateway().send(MailMessage("+819012345678", "", "123456"))

        assert "123456" not in str(caught.value)


class TestMailMessage:
    def test_its_repr_holds_neither_recipient_nor_code(self) -> None:
        assert repr(LETTER) == "MailMessage()"
