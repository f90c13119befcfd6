"""Is this configuration fit for production? `meguri check` tells; create_app refuses to start unfit."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from backend.base.city_files import CityFileInvalid
from backend.base.vapid_keys import SUBJECT_BEGINNINGS, read_web_push_key
from backend.claims.terms import load_terms as load_claim_terms
from backend.config import INSECURE_SECRET_KEY, Settings
from backend.notices.terms import load_terms as load_notice_terms
from backend.organisations.regions import load_region

SECRET_KEY_MIN_CHARACTERS = 32


class ConfigurationUnfit(Exception):
    """Production mode with settings that would put people's points or data at risk."""


def find_faults(settings: Settings) -> Iterator[str]:
    """What must be mended before real citizens come, a sentence each."""
    if settings.secret_key == INSECURE_SECRET_KEY or len(settings.secret_key) < SECRET_KEY_MIN_CHARACTERS:
        yield f"SECRET_KEY must be your own, of at least {SECRET_KEY_MIN_CHARACTERS} characters."
    if not settings.public_url.startswith("https://"):
        yield "PUBLIC_URL must begin with https://: every code on a till carries it."
    if "FIREBASE_AUTH_EMULATOR_HOST" in os.environ:
        yield "FIREBASE_AUTH_EMULATOR_HOST is set: unsigned tokens would be accepted."
    if settings.mail_sender != "smtp" or not settings.smtp_host:
        yield "MAIL_SENDER must be smtp, with SMTP_HOST: letters with codes now go to the log."
    if not settings.metrics_token:
        yield "METRICS_TOKEN must be set: behind a proxy on this machine every caller looks local."
    if settings.firebase_credentials_file is None:
        yield "FIREBASE_CREDENTIALS_FILE must be set: no push reaches a phone without it."
    if settings.vapid_private_key_file is not None and not settings.vapid_subject.startswith(
        SUBJECT_BEGINNINGS
    ):
        yield "VAPID_SUBJECT must begin with mailto: or https://: push services want to know whom to reach."
    try:
        read_web_push_key(settings.vapid_private_key_file)
    except (OSError, ValueError) as error:
        yield f"VAPID_PRIVATE_KEY_FILE cannot be used: {error}."
    if settings.till_code_seconds > 600:
        yield "TILL_CODE_SECONDS above 600 lets a photographed code be passed round."
    yield from find_file_faults(settings)


def find_file_faults(settings: Settings) -> Iterator[str]:
    """Files of the city's own that cannot be used: nothing starts with one, in any mode."""
    files: Sequence[tuple[str, Callable[[Path | None], object], Path | None]] = [
        ("REGION_FILE", load_region, settings.region_file),
        ("CLAIM_TERMS_FILE", load_claim_terms, settings.claim_terms_file),
        ("NOTICE_TERMS_FILE", load_notice_terms, settings.notice_terms_file),
    ]
    for name, load, path in files:
        try:
            load(path)
        except CityFileInvalid as error:
            yield f"{name} cannot be used: {error}."


def refuse_unfit(settings: Settings) -> None:
    faults = list(find_faults(settings)) if settings.is_production else []
    if faults:
        raise ConfigurationUnfit("\n".join(faults))
