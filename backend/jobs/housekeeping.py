"""What time ends: points nobody spent, holds nobody used, and rows that were kept long enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select, tuple_
from sqlalchemy.orm import Session

from backend.base.clock import utc_now
from backend.base.database import Base, Database
from backend.changes.models import Change, OwnChange
from backend.config import STORED_DAYS_MAX
from backend.messages.sending.forgetting import forget_recipients
from backend.notices.caps import forget_old_push_counts
from backend.notices.forgetting import forget_old_notices
from backend.notices.models import Delivery, Device
from backend.notices.retirement import retire_unseen_devices
from backend.notices.terms import NoticeTerms
from backend.notices.webhooks.models import WebhookDelivery
from backend.people.code_models import CardUse, OfflineCodeKey, OfflineCodeUse
from backend.people.models import (
    CitizenCode,
    CitizenSession,
    CounterCode,
    LoginChallenge,
    StaffInvitation,
    StaffSession,
)
from backend.points.service.holds import expire_holds
from backend.points.service.movements import lapse_expired_lots
from backend.purchases.models import TillCode
from backend.web.models import RateLimitWindow

# Small batches: each transaction holds SQLite's only write lock.
LOTS_BATCH = 200
HOLDS_BATCH = 100
ROWS_BATCH = 500
RECIPIENTS_BATCH = 2_000
COUNTS_BATCH = 2_000
NOTICES_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Retention:
    """Rows of a table are deleted `days` after the moment in `since`, unless `keep` says otherwise."""

    model: type[Base]
    since: Any
    days: int
    keep: ColumnElement[bool] | None = None


RETENTION: Sequence[Retention] = (
    Retention(RateLimitWindow, RateLimitWindow.starts_at, 1),
    Retention(LoginChallenge, LoginChallenge.expires_at, 1),
    Retention(CounterCode, CounterCode.expires_at, 1),
    # Longer than a till may store a sale: until then the minute must stay taken, and a key be known as revoked.
    Retention(OfflineCodeUse, OfflineCodeUse.used_at, 60),
    Retention(OfflineCodeKey, OfflineCodeKey.revoked_at, 60),
    # Long enough to tell which sales were made with a card that was lost.
    Retention(CardUse, CardUse.used_at, 365),
    # What a used one did, its purchase tells; an unused one may yet be that of a stored sale.
    Retention(CitizenCode, CitizenCode.expires_at, STORED_DAYS_MAX + 1),
    Retention(StaffInvitation, StaffInvitation.expires_at, 30),
    # A month, for looking into a stolen session.
    Retention(CitizenSession, func.coalesce(CitizenSession.revoked_at, CitizenSession.expires_at), 30),
    Retention(StaffSession, func.coalesce(StaffSession.revoked_at, StaffSession.expires_at), 30),
    # A month, for a shop that asks what became of a code; a used one belongs to its purchase.
    Retention(TillCode, TillCode.expires_at, 30, keep=TillCode.used_at.is_not(None)),
    Retention(Delivery, Delivery.settled_at, 30),
    # One that registers again is made anew.
    Retention(Device, Device.retired_at, 30),
    # For so long a shop may replay them.
    Retention(WebhookDelivery, WebhookDelivery.announced_at, 30),
)


def lapse_points(database: Database) -> bool:
    """One batch of expired lots. Whether more may wait."""
    at = utc_now()
    lapsed = database.run(lambda session: lapse_expired_lots(session, at=at, limit=LOTS_BATCH))
    return lapsed == LOTS_BATCH


def end_holds(database: Database) -> bool:
    """One batch of holds whose time is over. Whether more may wait."""
    at = utc_now()
    expired = database.run(lambda session: expire_holds(session, at=at, limit=HOLDS_BATCH))
    return expired == HOLDS_BATCH


def purge(database: Database) -> bool:
    """One batch of each table. Whether more may wait."""
    at = utc_now()
    deleted = [database.run(partial(delete_old, rule=rule, at=at)) for rule in RETENTION]
    return ROWS_BATCH in deleted


def retire_devices(database: Database, terms: NoticeTerms) -> bool:
    """One batch of devices nobody has seen for long. Whether more may wait."""
    at = utc_now()
    retired = database.run(
        lambda session: retire_unseen_devices(session, terms=terms, at=at, limit=ROWS_BATCH)
    )
    return retired == ROWS_BATCH


def forget_push_counts(database: Database) -> bool:
    """One batch of days on which no cap looks back any more. Whether more may wait."""
    at = utc_now()
    return (
        database.run(lambda session: forget_old_push_counts(session, at=at, limit=COUNTS_BATCH))
        == COUNTS_BATCH
    )


def forget_message_recipients(database: Database) -> bool:
    """One batch of those whose message was done long ago. Whether more may wait."""
    at = utc_now()
    return database.run(lambda session: forget_recipients(session, at=at, limit=RECIPIENTS_BATCH)) > 0


def forget_notices(database: Database) -> bool:
    """One batch of those nobody asks for any more. Whether more may wait."""
    at = utc_now()
    forgotten = database.run(lambda session: forget_old_notices(session, at=at, limit=NOTICES_BATCH))
    return forgotten == NOTICES_BATCH


def forget_changes(database: Database, days: int) -> bool:
    """One batch of each log, kept a day longer than the cursors under which it is asked. Whether more may wait."""
    at = utc_now()
    rules = [Retention(model, model.changed_at, days + 1) for model in (Change, OwnChange)]
    deleted = [database.run(partial(delete_old, rule=rule, at=at)) for rule in rules]
    return ROWS_BATCH in deleted


def delete_old(session: Session, *, rule: Retention, at: datetime) -> int:
    """At most ROWS_BATCH rows. Returns how many."""
    table = rule.model.__table__
    assert isinstance(table, Table)  # noqa: S101 (every model of ours is one)
    key = tuple_(*table.primary_key)
    old = select(*table.primary_key).where(rule.since < at - timedelta(days=rule.days))
    if rule.keep is not None:
        old = old.where(~rule.keep)
    deleted = delete(table).where(key.in_(old.limit(ROWS_BATCH))).returning(*table.primary_key)
    return len(session.execute(deleted).all())
