"""Which senders the settings choose."""

from dataclasses import dataclass

from backend.base.mail import LogSender, MailSender, MissingGateway, SmtpSender
from backend.base.push import LogPushSender, MissingPushSender, PushSender, RoutingPushSender
from backend.config import Settings


@dataclass(frozen=True, slots=True)
class Senders:
    push: PushSender
    email: MailSender
    phone: MailSender


def make_senders(settings: Settings) -> Senders:
    """Pushes by FCM where a credentials file is named, to browsers where there is a VAPID key; e-mail by SMTP
    where chosen.

    Raises OSError or ValueError for a file that cannot be used.
    """
    return Senders(push=_push_sender(settings), email=_email_sender(settings), phone=_phone_sender(settings))


def _push_sender(settings: Settings) -> PushSender:
    """Kinds of targets that nothing is set up for: to the log, which in production is no place for them."""
    by_kind: dict[str, PushSender] = {}
    if settings.firebase_credentials_file is not None:
        # Here and not above: loading it costs 0.6 s and 43 MB, which an installation without Firebase keeps.
        from backend.base.fcm import TARGET_KINDS, make_fcm_sender

        by_kind |= dict.fromkeys(TARGET_KINDS, make_fcm_sender(settings, settings.firebase_credentials_file))
    if settings.vapid_private_key_file is not None:
        # Likewise: browsers' keys and TLS, which nobody else needs here.
        from backend.base.web_push import TARGET_KIND, make_web_push_sender

        by_kind[TARGET_KIND] = make_web_push_sender(settings, settings.vapid_private_key_file)
    otherwise = MissingPushSender() if settings.is_production else LogPushSender(settings.push_log_file)
    return RoutingPushSender(by_kind, otherwise)


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
