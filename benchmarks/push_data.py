"""Readers and messages, straight into PostgreSQL's tables; what became of them, straight out."""

import time
import uuid
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.base import migrations
from backend.base.clock import utc_now
from backend.base.database import ALONE, Database, new_id
from backend.messages.health import Health, health_of
from backend.messages.models import Message, MessageStatus, MessageTemplate
from backend.messages.sending.starting import start_message
from backend.organisations.regions import load_region
from backend.people.models import Staff
from benchmarks.goals import MeasurementFailed

PATIENCE_SECONDS = 3_600
READERS = (
    "INSERT INTO points_accounts (id, kind, slice_count, opened_at)"
    " SELECT lpad(to_hex(n), 32, '0')::uuid, 'citizen', 1, now() FROM generate_series(1, :count) n",
    "INSERT INTO citizens (id, account_id, nickname, language, created_at)"
    " SELECT id, id, 'ベンチ', 'ja', now() FROM points_accounts WHERE kind = 'citizen'",
    "INSERT INTO consents (id, citizen_id, purpose, version, given_at)"
    " SELECT id, id, 'push_city', '2026-11', now() FROM citizens",
    "INSERT INTO devices (id, citizen_id, installation_id, platform, target_kind, target, registered_at, last_seen_at)"
    " SELECT id, id, 'installation-' || id, 'android', 'fcm_token',"
    " 'token-' || id || repeat('-of-the-usual-length', 5), now(), now() FROM citizens",
)


def prepare_readers(database_url: str, count: int) -> Database:
    """A migrated database with `count` citizens who consent to what the city says, with a device each."""
    database = Database(database_url)
    migrations.upgrade(database)
    with database.engine.connect().execution_options(meguri_begin=ALONE) as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for statement in READERS:
            connection.execute(text(statement), {"count": count} if ":count" in statement else {})
        for table in ("points_accounts", "citizens", "consents", "devices"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))
        connection.execute(text("RESET statement_timeout"))
    return database


def schedule_message(database: Database) -> uuid.UUID:
    """To everybody, now; its id."""
    return database.run(_schedule)


def _schedule(session: Session) -> uuid.UUID:
    at, staff, message_id = utc_now(), [new_id(), new_id()], new_id()
    for each in staff:
        session.add(
            Staff(id=each, email=f"{each}@example.jp", display_name="係", language="ja", created_at=at)
        )
    session.flush()
    template = session.scalars(
        select(MessageTemplate).where(MessageTemplate.purpose == "push_city").limit(1)
    ).one()
    session.add(
        Message(
            id=message_id,
            purpose="push_city",
            category="events",
            status="scheduled",
            template_slug=template.slug,
            template_version=template.version,
            params={each["name"]: "ベンチ" for each in template.parameters},
            audience={},
            send_at=at,
            send_until=at + timedelta(days=1),
            spread_minutes=0,
            ttl_seconds=3600,
            collapse_key="bench",
            expires_at=at + timedelta(days=30),
            drafted_by_staff_id=staff[0],
            approved_by_staff_id=staff[1],
            created_at=at,
            approved_at=at,
        )
    )
    return message_id


def start(database: Database, message_id: uuid.UUID) -> int:
    """As the worker does it; how many recipients it got."""
    region, at = load_region(), utc_now()
    return (
        database.run(lambda session: start_message(session, message_id=message_id, region=region, at=at)) or 0
    )


def wait_until_done(database: Database, message_id: uuid.UUID) -> Health:
    """Every recipient accounted for. Raises MeasurementFailed when one was not pushed."""
    give_up_at = time.perf_counter() + PATIENCE_SECONDS
    status = select(Message.status).where(Message.id == message_id)
    while database.run(lambda session: session.scalar(status), writes=False) != MessageStatus.DONE:
        if time.perf_counter() > give_up_at:
            raise MeasurementFailed("the message is never done")
        time.sleep(0.1)
    health = database.run(lambda session: health_of(session, message_id=message_id), writes=False)
    if set(health.states) != {"accepted"}:
        raise MeasurementFailed(f"{health.states} {health.failures}")
    return health


def time_sending(database: Database, message_id: uuid.UUID) -> float:
    """Seconds from the first recipient taken to the last one settled."""
    spent = text(
        "SELECT extract(epoch FROM max(settled_at) - min(sent_at)) FROM message_recipients WHERE message_id = :id"
    ).bindparams(id=message_id)
    return float(database.run(lambda session: session.scalar(spent), writes=False))


def open_database(database_url: str) -> Database:
    return Database(database_url)


def consent_all(database: Database) -> None:
    """Every citizen to what the city says."""
    consent = text(
        "INSERT INTO consents (id, citizen_id, purpose, version, given_at)"
        " SELECT id, id, 'push_city', '2026-11', now() FROM citizens"
    )
    database.run(lambda session: session.execute(consent))


def count_pushed(database: Database) -> int:
    """Of all messages."""
    pushed = text("SELECT count(*) FROM message_recipients WHERE status = 'accepted'")
    return int(database.run(lambda session: session.scalar(pushed), writes=False))
