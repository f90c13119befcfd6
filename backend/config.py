"""Settings, read once from the environment. Each is explained in docs/settings.md; a test compares the two."""

from dataclasses import dataclass, field
from pathlib import Path

from environs import Env

INSECURE_SECRET_KEY = "insecure-development-key-replace-me-in-production"  # noqa: S105 (named for what it is)

# Codes of citizens are kept a day longer, so that a stored sale still finds its own.
STORED_DAYS_MAX = 14
# A batch may run into every limit of the push service, and once more with a new token.
PUSH_LEASE_MIN_SECONDS = 30

# The push services of Chrome and others, Firefox, Edge and Safari.
WEB_PUSH_HOSTS = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.notify.windows.com",
    "*.push.apple.com",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Field `database_url` is read from DATABASE_URL, and so on: the name in capitals."""

    # `development` works at once with unsafe defaults; `production` refuses to start with any of them.
    mode: str = "development"
    database_url: str = "sqlite:///meguri.db"
    secret_key: str = field(default=INSECURE_SECRET_KEY, repr=False)
    # Where people reach us; every code on a till begins with it.
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 0  # 0: one on SQLite, one a core on PostgreSQL
    threads: int = 4  # a worker process
    embedded_worker: bool | None = None  # None: with SQLite, `meguri run` also starts the worker
    worker_senders: int = 2  # shards of messages that a worker sends at once
    worker_listens: bool = True
    worker_metrics_port: int = 0  # none
    trusted_proxies: int = 0
    log_level: str = "INFO"
    region_file: Path | None = None
    claim_terms_file: Path | None = None
    notice_terms_file: Path | None = None
    body_max_bytes: int = 65_536
    metrics_token: str = field(default="", repr=False)

    firebase_project_id: str = ""
    firebase_credentials_file: Path | None = None
    push_log_file: Path | None = None
    push_per_second: int = 1_000  # a worker process; so are the connections
    push_connections: int = 200
    push_lease_seconds: int = 60
    vapid_private_key_file: Path | None = None
    vapid_subject: str = ""
    web_push_hosts: list[str] = field(default_factory=lambda: list(WEB_PUSH_HOSTS))

    mail_sender: str = "log"  # or smtp
    mail_from: str = "Meguri <noreply@localhost>"
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_username: str = ""
    smtp_password: str = field(default="", repr=False)

    till_code_seconds: int = 180
    citizen_code_seconds: int = 60
    offline_code_skew_steps: int = 1  # minutes, either way
    offline_spend_max_points: int = 500
    done_at_window_seconds: int = 600
    offline_allowance_hours: int = 24  # of a register without a network, at most; so are the next three
    offline_allowance_codes: int = 200
    offline_allowance_yen: int = 300_000
    offline_code_yen: int = 10_000
    offline_honour_hours: int = 72
    stored_sale_days: int = 7  # at most STORED_DAYS_MAX
    stored_scan_hours: int = 48
    session_days: int = 90
    staff_session_hours: int = 12
    staff_idle_minutes: int = 60
    terms_version: str = "2026-11"
    sign_in_attempts: int = 10  # a quarter of an hour, for each account and for each address × 10
    scan_refusals: int = 30  # a quarter of an hour, for each session
    changes_kept_days: int = 30

    webhook_ports: list[int] = field(default_factory=list)  # besides 443

    receipt_reader: str = "tesseract"  # the program's name or path; empty: nothing is read off photos
    receipt_read_seconds: int = 20
    receipt_readings: int = 20  # a quarter of an hour, for each session

    android_package: str = ""
    android_certificate_sha256: list[str] = field(default_factory=list)
    ios_app_id: str = ""

    @property
    def is_production(self) -> bool:
        return self.mode == "production"


def read_settings() -> Settings:
    """From the environment. Raises environs.EnvError naming the variable that does not fit."""
    env = Env()
    default = Settings()
    settings = Settings(
        mode=env.str("MEGURI_MODE", default.mode),
        database_url=env.str("DATABASE_URL", default.database_url),
        secret_key=env.str("SECRET_KEY", default.secret_key),
        public_url=env.str("PUBLIC_URL", default.public_url).rstrip("/"),
        host=env.str("HOST", default.host),
        port=env.int("PORT", default.port),
        workers=env.int("WORKERS", default.workers),
        threads=env.int("THREADS", default.threads),
        embedded_worker=env.bool("EMBEDDED_WORKER", default.embedded_worker),
        worker_senders=env.int("WORKER_SENDERS", default.worker_senders),
        worker_listens=env.bool("WORKER_LISTENS", default.worker_listens),
        worker_metrics_port=env.int("WORKER_METRICS_PORT", default.worker_metrics_port),
        trusted_proxies=env.int("TRUSTED_PROXIES", default.trusted_proxies),
        log_level=env.str("LOG_LEVEL", default.log_level).upper(),
        region_file=env.path("REGION_FILE", default.region_file),
        claim_terms_file=env.path("CLAIM_TERMS_FILE", default.claim_terms_file),
        notice_terms_file=env.path("NOTICE_TERMS_FILE", default.notice_terms_file),
        body_max_bytes=env.int("BODY_MAX_BYTES", default.body_max_bytes),
        metrics_token=env.str("METRICS_TOKEN", default.metrics_token),
        firebase_project_id=env.str("FIREBASE_PROJECT_ID", default.firebase_project_id),
        firebase_credentials_file=env.path("FIREBASE_CREDENTIALS_FILE", default.firebase_credentials_file),
        push_log_file=env.path("PUSH_LOG_FILE", default.push_log_file),
        push_per_second=env.int("PUSH_PER_SECOND", default.push_per_second),
        push_connections=env.int("PUSH_CONNECTIONS", default.push_connections),
        push_lease_seconds=env.int("PUSH_LEASE_SECONDS", default.push_lease_seconds),
        vapid_private_key_file=env.path("VAPID_PRIVATE_KEY_FILE", default.vapid_private_key_file),
        vapid_subject=env.str("VAPID_SUBJECT", default.vapid_subject),
        web_push_hosts=env.list("WEB_PUSH_HOSTS", default.web_push_hosts, subcast=str.strip),
        mail_sender=env.str("MAIL_SENDER", default.mail_sender),
        mail_from=env.str("MAIL_FROM", default.mail_from),
        smtp_host=env.str("SMTP_HOST", default.smtp_host),
        smtp_port=env.int("SMTP_PORT", default.smtp_port),
        smtp_username=env.str("SMTP_USERNAME", default.smtp_username),
        smtp_password=env.str("SMTP_PASSWORD", default.smtp_password),
        till_code_seconds=env.int("TILL_CODE_SECONDS", default.till_code_seconds),
        citizen_code_seconds=env.int("CITIZEN_CODE_SECONDS", default.citizen_code_seconds),
        offline_code_skew_steps=env.int("OFFLINE_CODE_SKEW_STEPS", default.offline_code_skew_steps),
        offline_spend_max_points=env.int("OFFLINE_SPEND_MAX_POINTS", default.offline_spend_max_points),
        done_at_window_seconds=env.int("DONE_AT_WINDOW_SECONDS", default.done_at_window_seconds),
        offline_allowance_hours=env.int("OFFLINE_ALLOWANCE_HOURS", default.offline_allowance_hours),
        offline_allowance_codes=env.int("OFFLINE_ALLOWANCE_CODES", default.offline_allowance_codes),
        offline_allowance_yen=env.int("OFFLINE_ALLOWANCE_YEN", default.offline_allowance_yen),
        offline_code_yen=env.int("OFFLINE_CODE_YEN", default.offline_code_yen),
        offline_honour_hours=env.int("OFFLINE_HONOUR_HOURS", default.offline_honour_hours),
        stored_sale_days=env.int("STORED_SALE_DAYS", default.stored_sale_days),
        stored_scan_hours=env.int("STORED_SCAN_HOURS", default.stored_scan_hours),
        session_days=env.int("SESSION_DAYS", default.session_days),
        staff_session_hours=env.int("STAFF_SESSION_HOURS", default.staff_session_hours),
        staff_idle_minutes=env.int("STAFF_IDLE_MINUTES", default.staff_idle_minutes),
        terms_version=env.str("TERMS_VERSION", default.terms_version),
        sign_in_attempts=env.int("SIGN_IN_ATTEMPTS", default.sign_in_attempts),
        scan_refusals=env.int("SCAN_REFUSALS", default.scan_refusals),
        webhook_ports=env.list("WEBHOOK_PORTS", [], subcast=int),
        changes_kept_days=env.int("CHANGES_KEPT_DAYS", default.changes_kept_days),
        receipt_reader=env.str("RECEIPT_READER", default.receipt_reader),
        receipt_read_seconds=env.int("RECEIPT_READ_SECONDS", default.receipt_read_seconds),
        receipt_readings=env.int("RECEIPT_READINGS", default.receipt_readings),
        android_package=env.str("ANDROID_PACKAGE", default.android_package),
        android_certificate_sha256=env.list("ANDROID_CERTIFICATE_SHA256", [], subcast=str.strip),
        ios_app_id=env.str("IOS_APP_ID", default.ios_app_id),
    )
    if settings.push_per_second < 1 or settings.push_connections < 1:
        raise ValueError("PUSH_PER_SECOND and PUSH_CONNECTIONS must be at least 1")
    if settings.worker_senders < 1:
        raise ValueError("WORKER_SENDERS must be at least 1: nothing would send messages")
    if settings.push_lease_seconds < PUSH_LEASE_MIN_SECONDS:
        raise ValueError(f"PUSH_LEASE_SECONDS must be at least {PUSH_LEASE_MIN_SECONDS}")
    if settings.mode not in ("development", "production"):
        raise ValueError(f"MEGURI_MODE is {settings.mode!r}: development or production")
    if not 1 <= settings.stored_sale_days <= STORED_DAYS_MAX:
        raise ValueError(f"STORED_SALE_DAYS is {settings.stored_sale_days}: from 1 to {STORED_DAYS_MAX}")
    return settings
