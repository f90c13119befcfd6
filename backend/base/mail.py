"""Letters: e-mail by SMTP, and senders for where there is none.

There is no gateway for short messages yet. While developing they go to the log like e-mail; in production
they are refused, because a log must never hold the codes of real people.
"""

import smtplib
import ssl
import sys
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Protocol, TextIO

SMTP_TIMEOUT_SECONDS = 10.0
IMPLICIT_TLS_PORT = 465
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class MailRefused(Exception):
    """This letter will never be taken: sending it again is of no use."""


class MailUnavailable(Exception):
    """The server is away or not set up rightly; later it may take the letter."""


@dataclass(frozen=True, slots=True)
class MailMessage:
    """`subject` is empty in a short message. Any part may hold a code, so none enters a log by its repr."""

    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)


class MailSender(Protocol):
    def send(self, message: MailMessage) -> None:
        """Raises MailRefused or MailUnavailable. Asks the network: never inside a transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSender:
    """One connection a letter, always encrypted except to a server on this machine that cannot."""

    host: str
    port: int
    sender: str
    username: str = ""
    password: str = field(default="", repr=False)

    def send(self, message: MailMessage) -> None:
        try:
            letter = self._letter(message)
        except ValueError as error:  # an address or header that e-mail cannot carry
            raise MailRefused(type(error).__name__) from error
        try:
            with self._connect() as server:
                if self.username:
                    server.login(self.username, self.password)
                _hand_over(server, letter)
        except (OSError, smtplib.SMTPException) as error:  # SMTPException is an OSError; said for the reader
            raise MailUnavailable(type(error).__name__) from error

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.port == IMPLICIT_TLS_PORT:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SMTP_TIMEOUT_SECONDS, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=SMTP_TIMEOUT_SECONDS)
        try:
            server.ehlo()
            if server.has_extn("starttls") or self.host not in LOOPBACK:
                server.starttls(context=context)
        except BaseException:
            server.close()
            raise
        return server

    def _letter(self, message: MailMessage) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = self.sender
        letter["To"] = message.recipient
        letter["Subject"] = " ".join(message.subject.split())
        letter["Date"] = formatdate()
        letter["Message-ID"] = make_msgid(domain=parseaddr(self.sender)[1].rpartition("@")[2] or "localhost")
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(message.body)
        return letter


def _hand_over(server: smtplib.SMTP, letter: EmailMessage) -> None:
    """Raises MailRefused where the server says 5xx of this letter; 5xx of ourselves may be mended."""
    try:
        server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as error:
        if all(code >= 500 for code, _words in error.recipients.values()):
            raise MailRefused("recipient refused") from error
        raise
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= 500:
            raise MailRefused("content refused") from error
        raise
    except smtplib.SMTPNotSupportedError as error:
        raise MailRefused("address needs SMTPUTF8") from error


class LogSender:
    """Prints the whole letter, code and all, so that developers can go on without a mail server."""

    def __init__(self, channel: str, stream: TextIO | None = None) -> None:
        self._channel = channel
        self._stream = stream

    def send(self, message: MailMessage) -> None:
        stream = self._stream or sys.stderr
        subject = f"{' '.join(message.subject.split())}\n" if message.subject else ""
        body = "".join(f"  {line}\n" for line in (subject + message.body).splitlines())
        stream.write(f"{self._channel} to {message.recipient}:\n{body}")
        stream.flush()


class MissingGateway:
    """Refuses every letter of a channel that this installation does not have."""

    def send(self, message: MailMessage) -> None:
        raise MailRefused("no gateway for short messages")
