"""Templates by version, messages with their record of decisions; shards and recipients of what is being sent."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, JsonDocument, UtcDateTime


class MessagePurpose(enum.StrEnum):
    """The consent under which a message is pushed, as people.ConsentPurpose names it."""

    CITY = "push_city"
    SHOPS = "push_shops"  # advertising
    DISASTER = "push_disaster"


class TemplateStatus(enum.StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


class MessageStatus(enum.StrEnum):
    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    STOPPED = "stopped"
    DONE = "done"
    CANCELLED = "cancelled"


class RecipientStatus(enum.StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"  # by the push service, for one device at least
    INBOX_ONLY = "inbox_only"  # told in the inbox; no push was wanted, or no device could take one
    # Not told: consent withdrawn, account gone, cap reached, too late; `failure` says which.
    DROPPED = "dropped"
    RETIRED = "retired"  # every device turned out to be gone
    FAILED = "failed"
    UNKNOWN = "unknown"  # handed over, perhaps, but the answer never came


# Nothing more happens to these by itself.
FINAL = frozenset(RecipientStatus) - {RecipientStatus.WAITING, RecipientStatus.SENDING}

# What workers ask for every second, of all the messages there ever were. With IN, SQLite would not use the index.
LOOKED_FOR = "status = 'scheduled' OR status = 'sending' OR status = 'stopped'"
# Said word for word as the partial index says it, or SQLite does not use it.
OPEN_SHARDS = "message_shards.status IN ('waiting', 'leased')"


class ShardStatus(enum.StrEnum):
    WAITING = "waiting"
    LEASED = "leased"
    DONE = "done"


class MessageTemplate(Base):
    """Words with places for parameters. A version never changes once it is approved."""

    __tablename__ = "message_templates"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("purpose IN ('push_city', 'push_shops', 'push_disaster')", name="purpose"),
        CheckConstraint("status IN ('draft', 'approved', 'retired')", name="status"),
        CheckConstraint(
            "status = 'retired' OR (status = 'approved') = (approved_at IS NOT NULL)", name="approved_at"
        ),
        CheckConstraint("(status = 'retired') = (retired_at IS NOT NULL)", name="retired_at"),
        CheckConstraint("approved_by_staff_id <> drafted_by_staff_id", name="second_person"),
    )

    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(24))
    status: Mapped[str] = mapped_column(String(8))
    # By language; `{name}` is filled by the parameter of that name.
    titles: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    bodies: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    # [{"name", "characters_max"}]
    parameters: Mapped[list[dict[str, Any]]] = mapped_column(JsonDocument)
    # None: ours, there from the beginning.
    drafted_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    approved_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("purpose IN ('push_city', 'push_shops', 'push_disaster')", name="purpose"),
        ForeignKeyConstraint(
            ["template_slug", "template_version"], ["message_templates.slug", "message_templates.version"]
        ),
        CheckConstraint("(purpose = 'push_shops') = (shop_id IS NOT NULL)", name="shop_id"),
        CheckConstraint(
            "status IN ('draft', 'review', 'approved', 'scheduled', 'sending', 'stopped', 'done', 'cancelled')",
            name="status",
        ),
        # A disaster is told by one officer, with fresh authentication, and reviewed afterwards.
        CheckConstraint(
            "purpose = 'push_disaster' OR approved_by_staff_id IS NULL"
            " OR approved_by_staff_id <> drafted_by_staff_id",
            name="second_person",
        ),
        CheckConstraint(
            "reviewed_by_staff_id IS NULL OR (purpose = 'push_disaster'"
            " AND reviewed_by_staff_id <> drafted_by_staff_id)",
            name="reviewed_by_another",
        ),
        CheckConstraint(
            "status IN ('draft', 'review', 'cancelled') OR approved_at IS NOT NULL", name="approved_at"
        ),
        CheckConstraint(
            "(status IN ('sending', 'stopped', 'done')) = (started_at IS NOT NULL)", name="started_at"
        ),
        CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name="done_at"),
        CheckConstraint("spread_minutes BETWEEN 0 AND 720", name="spread_minutes"),
        CheckConstraint("ttl_seconds BETWEEN 60 AND 2419200", name="ttl_seconds"),
        CheckConstraint("send_until > send_at", name="send_until"),
        CheckConstraint("attachment_kind IN ('offer', 'campaign', 'reward_code')", name="attachment_kind"),
        CheckConstraint("(attachment_kind IS NULL) = (attachment IS NULL)", name="attachment"),
        Index("ix_messages_shop_id_id", "shop_id", "id"),
        Index(
            "ix_messages_open",
            "status",
            "send_at",
            postgresql_where=text(LOOKED_FOR),
            sqlite_where=text(LOOKED_FOR),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("shops.id"))
    purpose: Mapped[str] = mapped_column(String(24))
    category: Mapped[str] = mapped_column(String(24))
    status: Mapped[str] = mapped_column(String(12))
    template_slug: Mapped[str] = mapped_column(String(40))
    template_version: Mapped[int]
    # By the parameter's name: a text, or a text a language.
    params: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    # See `audiences.rules`.
    audience: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    link: Mapped[str | None] = mapped_column(String(200))
    attachment_kind: Mapped[str | None] = mapped_column(String(12))
    attachment: Mapped[str | None] = mapped_column(String(64))
    # Begins at `send_at`, spread over so many minutes; who could not be told by `send_until` is not told.
    send_at: Mapped[datetime] = mapped_column(UtcDateTime)
    send_until: Mapped[datetime] = mapped_column(UtcDateTime)
    spread_minutes: Mapped[int] = mapped_column(SmallInteger)
    ttl_seconds: Mapped[int]
    collapse_key: Mapped[str] = mapped_column(String(64))
    # Of the inbox copies.
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by_staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    approved_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    reviewed_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Then the shop whose message it is may not resume it.
    is_stopped_by_city: Mapped[bool] = mapped_column(default=False)
    # Of a shop's: how often that shop was heard lately; who was heard less comes first where caps bind.
    heard_before: Mapped[int] = mapped_column(default=0)
    recipient_count: Mapped[int] = mapped_column(default=0)
    # Rows that a dead worker left in `sending`, however they ended.
    left_unknown: Mapped[int] = mapped_column(default=0)
    # Of one that is done: see `health`. Recipients are forgotten long before.
    health: Mapped[dict[str, Any] | None] = mapped_column(JsonDocument)


class MessageAct(enum.StrEnum):
    """What happens to a message; STARTED and DONE are nobody's act, but the worker's."""

    DRAFTED = "drafted"
    EDITED = "edited"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    TESTED = "tested"
    STARTED = "started"
    STOPPED = "stopped"
    RESUMED = "resumed"
    ENDED = "ended"  # nobody else is told
    DONE = "done"
    CANCELLED = "cancelled"  # before anybody was told
    REVIEWED = "reviewed"  # a disaster message, afterwards
    REPLAYED = "replayed"


class MessageEvent(Base):
    """The record of decisions: who did what, when and why. Append-only by trigger (see the migration)."""

    __tablename__ = "message_events"
    __table_args__ = (Index("ix_message_events_message_id_id", "message_id", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("messages.id"))
    act: Mapped[str] = mapped_column(String(16))
    from_status: Mapped[str | None] = mapped_column(String(12))
    to_status: Mapped[str] = mapped_column(String(12))
    # None: nobody; the clock, or the last recipient.
    by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(400))


class MessageQuota(Base):
    """How many messages of a shop were approved in a month of the city; `month_on`: its first day."""

    __tablename__ = "message_quotas"
    __table_args__ = (CheckConstraint("approved_count >= 0", name="approved_count"),)

    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    month_on: Mapped[date] = mapped_column(Date, primary_key=True)
    approved_count: Mapped[int] = mapped_column(SmallInteger)


class MessageShard(Base):
    """Recipients `first_position` to `last_position` of a message: one worker's at a time, under a lease."""

    __tablename__ = "message_shards"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'leased', 'done')", name="status"),
        CheckConstraint("(status = 'leased') = (lease_until IS NOT NULL)", name="lease_until"),
        CheckConstraint("last_position >= first_position", name="positions"),
        Index(
            "ix_message_shards_open",
            "not_before",
            postgresql_where=text("status IN ('waiting', 'leased')"),
            sqlite_where=text("status IN ('waiting', 'leased')"),
        ),
    )

    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first_position: Mapped[int]
    last_position: Mapped[int]
    status: Mapped[str] = mapped_column(String(8))
    # The earliest moment at which one of its recipients is due.
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    # Counts the leases: whoever holds an older one may write nothing more.
    lease: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MessageRecipient(Base):
    """One person of a message's audience, as it was when the message started."""

    __tablename__ = "message_recipients"
    __table_args__ = (
        CheckConstraint(
            "status IN ('waiting', 'sending', 'accepted', 'inbox_only', 'dropped', 'retired', 'failed', 'unknown')",
            name="status",
        ),
        Index("ix_message_recipients_citizen_id", "citizen_id"),
        # Each row changes twice soon after it was made: with room beside it, no index has to be told.
        {"postgresql_with": {"fillfactor": 50}},
    )

    # Neither message nor citizen is a foreign key: a push of a million would check them two million times.
    message_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    citizen_id: Mapped[uuid.UUID]
    status: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(SmallInteger)
    # The inbox has its copy.
    is_told: Mapped[bool]
    # None: as soon as the shard is due.
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(String(40))
    # First handed to the push service; with `settled_at`, how long that took.
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
