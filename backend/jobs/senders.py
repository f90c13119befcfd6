"""Which senders the settings choose."""

from dataclasses import dataclass

from backend.base.mail import LogSender, MailSender, MissingGateway, SmtpSender
from backend.base.push import LogPushSender, PushSender
from backend.config import Settings


@dataclass(frozen=True, slots=True)
class Senders:
    push: PushSender
    email: MailSender
    phone: MailSender


def make_senders(settings: Settings) -> Senders:
    """Pushes by FCM where a credentials file is named, else to the log; e-mail by SMTP where chosen.

    Raises OSError or ValueError for a credentials file or a log file that cannot be used.
    """
    return Senders(push=_push_sender(settings), email=_email_sender(settings), phone=_phone_sender(settings))


def _push_sender(settings: Settings) -> PushSender:
    if settings.firebase_credentials_file is None:
        return LogPushSender(settings.push_log_file)
    # Here and not above: loading it costs 0.6 s and 43 MB, which an installation without Firebase keeps.
    from backend.base.firebase import FcmSender

    return FcmSender(settings.firebase_project_id, settings.firebase_credentials_file)


def _email_sender(settings: Settings) -> MailSender:
    if settings.mail_sender != "smtp":
        return LogSender("e-mail")
    return SmtpSender(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.mail_from,
        username=settings.smtp_username,
        password=settings.smtp_password,
    )


def _phone_sender(settings: Settings) -> MailSender:
    return MissingGateway() if settings.is_production else LogSender("short message")
