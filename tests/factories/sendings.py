"""Messages that are due, and people who read them, straight into their tables."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.messages.models import Message, MessageEvent, MessageRecipient, MessageShard, MessageTemplate
from backend.notices.models import Device, Notice
from backend.people.models import Citizen, Consent
from backend.points.models import PointsAccount

CITY, SHOPS, DISASTER = "push_city", "push_shops", "push_disaster"


def make_reader(
    session: Session,
    *,
    at: datetime,
    consents: Sequence[str] = (CITY, SHOPS, DISASTER),
    devices: int = 1,
    language: str = "ja",
    seen_at: datetime | None = None,
) -> uuid.UUID:
    """A citizen who may be pushed; their id. Their devices' targets are `target-<id>-1`, `-2`, …"""
    return make_readers(
        session, 1, at=at, consents=consents, devices=devices, language=language, seen_at=seen_at
    )[0]


def make_readers(
    session: Session,
    count: int,
    *,
    at: datetime,
    consents: Sequence[str] = (CITY, SHOPS, DISASTER),
    devices: int = 1,
    language: str = "ja",
    seen_at: datetime | None = None,
) -> list[uuid.UUID]:
    ids = [new_id() for _ in range(count)]
    # Nobody looks at balances here, so the accounts have none.
    session.execute(
        insert(PointsAccount),
        [{"id": each, "kind": "citizen", "slice_count": 1, "opened_at": at} for each in ids],
    )
    session.execute(
        insert(Citizen),
        [
            {"id": each, "account_id": each, "nickname": "よみて", "language": language, "created_at": at}
            for each in ids
        ],
    )
    given = [
        {"id": new_id(), "citizen_id": each, "purpose": purpose, "version": "2026-11", "given_at": at}
        for each in ids
        for purpose in consents
    ]
    owned = [
        {
            "id": new_id(),
            "citizen_id": each,
            "installation_id": f"installation-{each}-{number}",
            "platform": "android",
            "target_kind": "fid",
            "target": target_of(each, number),
            "registered_at": at,
            "last_seen_at": seen_at or at,
        }
        for each in ids
        for number in range(1, devices + 1)
    ]
    for model, rows in ((Consent, given), (Device, owned)):
        if rows:
            session.execute(insert(model), rows)
    return ids


def target_of(citizen_id: uuid.UUID, number: int = 1) -> str:
    return f"target-{citizen_id}-{number}"


def make_message(
    session: Session,
    *,
    at: datetime,
    drafted_by: uuid.UUID,
    approved_by: uuid.UUID,
    purpose: str = CITY,
    shop_id: uuid.UUID | None = None,
    hours: float = 48,
    **columns: Any,
) -> uuid.UUID:
    """Scheduled for `at`, to everybody, to be told within `hours`; its id."""
    slug = f"template-{purpose.replace('_', '-')}"
    if session.get(MessageTemplate, (slug, 1)) is None:
        session.add(
            MessageTemplate(
                slug=slug,
                version=1,
                purpose=purpose,
                status="approved",
                titles={"ja": "お知らせ", "en": "News"},
                bodies={"ja": "本文です", "en": "The words"},
                parameters=[],
                drafted_at=at,
                approved_at=at,
            )
        )
        session.flush()
    message = {
        "id": new_id(),
        "shop_id": shop_id,
        "purpose": purpose,
        "category": "events",
        "status": "scheduled",
        "template_slug": slug,
        "template_version": 1,
        "params": {},
        "audience": {},
        "send_at": at,
        "send_until": at + timedelta(hours=hours),
        "spread_minutes": 0,
        "ttl_seconds": 3600,
        "collapse_key": "message",
        "expires_at": at + timedelta(days=30),
        "drafted_by_staff_id": drafted_by,
        "approved_by_staff_id": approved_by,
        "created_at": at,
        "approved_at": at,
    }
    session.add(Message(**message | columns))
    session.flush()
    return uuid.UUID(str((message | columns)["id"]))


def recipients_of(session: Session, message_id: uuid.UUID) -> list[MessageRecipient]:
    """By position, as the database has them now."""
    query = select(MessageRecipient).where(MessageRecipient.message_id == message_id)
    fresh = query.order_by(MessageRecipient.position).execution_options(populate_existing=True)
    return list(session.scalars(fresh))


def fates_of(session: Session, message_id: uuid.UUID) -> list[tuple[str, str | None]]:
    """Status and failure of each recipient, by position."""
    return [(row.status, row.failure) for row in recipients_of(session, message_id)]


def shards_of(session: Session, message_id: uuid.UUID) -> list[MessageShard]:
    query = select(MessageShard).where(MessageShard.message_id == message_id).order_by(MessageShard.number)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def events_of(session: Session, message_id: uuid.UUID) -> list[tuple[str, str | None]]:
    """Act and reason, oldest first."""
    query = select(MessageEvent).where(MessageEvent.message_id == message_id).order_by(MessageEvent.id)
    return [(event.act, event.reason) for event in session.scalars(query)]


def copies_of(session: Session, message_id: uuid.UUID) -> list[uuid.UUID]:
    """Whose inbox has a copy, ordered."""
    query = select(Notice.citizen_id).where(Notice.circular_id == message_id)
    return sorted(session.scalars(query))
