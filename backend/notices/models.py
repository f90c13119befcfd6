"""Devices, notices (the inbox) and circulars, deliveries (the outbox), what each citizen chose to be told."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    FetchedValue,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, JsonDocument, UtcDateTime

# NULL, where JsonDocument would keep the word null.
JsonOrNull = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class TargetKind(enum.StrEnum):
    FCM_TOKEN = "fcm_token"  # noqa: S105 (a kind, not a secret)
    FCM_INSTALLATION = "fid"
    WEB_PUSH = "web_push"  # a browser's subscription, see base.subscriptions


class Platform(enum.StrEnum):
    ANDROID = "android"
    IOS = "ios"
    WEB = "web"


class DeliveryStatus(enum.StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"
    RETIRED = "retired"  # the target is gone for good
    FAILED = "failed"
    UNKNOWN = "unknown"  # handed over, perhaps, but the answer never came; it is not sent again


# Said word for word as the partial indexes say it, or SQLite does not use them.
OPEN_DELIVERIES = "deliveries.status IN ('waiting', 'sending')"


class Device(Base):
    """One installation belongs to whoever registered it last."""

    __tablename__ = "devices"
    __table_args__ = (
        CheckConstraint("target_kind IN ('fcm_token', 'fid', 'web_push')", name="target_kind"),
        CheckConstraint("platform IN ('android', 'ios', 'web')", name="platform"),
        UniqueConstraint("installation_id"),
        UniqueConstraint("target_kind", "target"),
        Index("ix_devices_citizen_id", "citizen_id"),
        Index("ix_devices_session_id", "session_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    installation_id: Mapped[str] = mapped_column(String(64))
    platform: Mapped[str] = mapped_column(String(8))
    target_kind: Mapped[str] = mapped_column(String(12))
    target: Mapped[str] = mapped_column(String(1200))
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Where its owner signed in; with signing out it is forgotten. NULL where Firebase keeps the sessions.
    session_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("citizen_sessions.id", ondelete="SET NULL")
    )


class DeviceUse(Base):
    """Who was ever signed in on an installation: one that many accounts share looks odd."""

    __tablename__ = "device_uses"
    __table_args__ = (Index("ix_device_uses_citizen_id", "citizen_id"),)

    installation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), primary_key=True
    )
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Circular(Base):
    """What one message says to many, once it is sent: it never changes. Each inbox copy names it."""

    __tablename__ = "circulars"
    __table_args__ = (
        CheckConstraint("purpose IN ('push_city', 'push_shops', 'push_disaster')", name="purpose"),
        CheckConstraint("(purpose = 'push_shops') = (shop_id IS NOT NULL)", name="shop_id"),
        CheckConstraint("attachment_kind IN ('offer', 'campaign', 'reward_code')", name="attachment_kind"),
        CheckConstraint("(attachment_kind IS NULL) = (attachment IS NULL)", name="attachment"),
    )

    # That of the message which is sent.
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(24))
    category: Mapped[str] = mapped_column(String(24))
    shop_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("shops.id"))
    # By language, like the next three; `reasons` answer "why did I get this".
    sender_names: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    titles: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    bodies: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    reasons: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    # A path of our own host.
    link: Mapped[str | None] = mapped_column(String(200))
    attachment_kind: Mapped[str | None] = mapped_column(String(12))
    # An offer's or a campaign's id, or a reward code as it is typed.
    attachment: Mapped[str | None] = mapped_column(String(64))
    # Its name by language, where it has one.
    attachment_titles: Mapped[dict[str, str] | None] = mapped_column(JsonOrNull)
    # On a phone, a later message with the same key takes this one's place.
    collapse_key: Mapped[str] = mapped_column(String(64))
    ttl_seconds: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CircularCount(Base):
    """How often a circular was opened and tapped, never by whom. In slices, or a million readers would queue up."""

    __tablename__ = "circular_counts"
    __table_args__ = (CheckConstraint("opened >= 0 AND tapped >= 0", name="counts"),)

    circular_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("circulars.id"), primary_key=True)
    slice: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    opened: Mapped[int]
    tapped: Mapped[int]


class NoticePreference(Base):
    """Somebody's own quiet hours, in minutes after midnight of the city's day; equal ends mean none."""

    __tablename__ = "notice_preferences"
    __table_args__ = (
        CheckConstraint("quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439", name="quiet"),
    )

    citizen_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), primary_key=True
    )
    quiet_from: Mapped[int] = mapped_column(SmallInteger)
    quiet_until: Mapped[int] = mapped_column(SmallInteger)
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChoiceKind(enum.StrEnum):
    INTEREST = "interest"  # a category one wants to hear of: audiences may ask for it
    MUTED_CATEGORY = "muted_category"
    MUTED_TRIGGER = "muted_trigger"
    MUTED_SHOP = "muted_shop"


class NoticeChoice(Base):
    """One thing a citizen chose to hear of, or not to."""

    __tablename__ = "notice_choices"
    __table_args__ = (
        CheckConstraint("kind IN ('interest', 'muted_category', 'muted_trigger', 'muted_shop')", name="kind"),
    )

    citizen_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    # A category, a trigger, or a shop's id.
    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PushCount(Base):
    """How many pushes somebody got on a day of the city, over all senders. Kept as long as caps look back."""

    __tablename__ = "push_counts"
    __table_args__ = (
        CheckConstraint("city_count >= 0 AND shops_count >= 0", name="counts"),
        Index("ix_push_counts_on", "on"),
    )

    # Without a foreign key: a push of a million would check it a million times. Leaving deletes the rows.
    citizen_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(Date, primary_key=True)
    city_count: Mapped[int] = mapped_column(SmallInteger)
    shops_count: Mapped[int] = mapped_column(SmallInteger)


class Notice(Base):
    __tablename__ = "notices"
    __table_args__ = (
        # What must be told only once carries a key.
        Index(
            "uq_notices_dedupe_key",
            "citizen_id",
            "dedupe_key",
            unique=True,
            postgresql_where=text("dedupe_key IS NOT NULL"),
            sqlite_where=text("dedupe_key IS NOT NULL"),
        ),
        Index("ix_notices_citizen_id_id", "citizen_id", "id"),
        # A new notice is unread: that it can be found by its number costs no index more.
        Index(
            "ix_notices_unread",
            "citizen_id",
            "changed_in",
            postgresql_where=text("read_at IS NULL"),
            sqlite_where=text("read_at IS NULL"),
        ),
        Index(
            "ix_notices_read",
            "citizen_id",
            "changed_in",
            postgresql_where=text("read_at IS NOT NULL"),
            sqlite_where=text("read_at IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    # Names the texts `notice.<kind>.title` and `.body`; `params` fill them, in the language of whoever reads.
    kind: Mapped[str] = mapped_column(String(32))
    params: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of a message to many (kind `circular`): where its texts stand. Without a foreign key, as PushCount.
    circular_id: Mapped[uuid.UUID | None]
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dedupe_key: Mapped[str | None] = mapped_column(String(100))
    # See `changes`: set by the database itself, when it is told and when it is read.
    changed_in: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())


class Delivery(Base):
    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint(
            "status IN ('waiting', 'sending', 'accepted', 'retired', 'failed', 'unknown')", name="status"
        ),
        Index(
            "ix_deliveries_waiting",
            "not_before",
            postgresql_where=text("status IN ('waiting', 'sending')"),
            sqlite_where=text("status IN ('waiting', 'sending')"),
        ),
        Index("ix_deliveries_device_id", "device_id"),
    )

    notice_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True
    )
    device_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("devices.id", ondelete="CASCADE"), primary_key=True
    )
    status: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int] = mapped_column(SmallInteger)
    # Not sent before; while sending, the moment the lease ends.
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
