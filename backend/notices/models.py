"""Devices, notices (the inbox), deliveries (the outbox)."""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, JsonDocument, UtcDateTime


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


class DeviceUse(Base):
    """Who was ever signed in on an installation: one that many accounts share looks odd."""

    __tablename__ = "device_uses"
    __table_args__ = (Index("ix_device_uses_citizen_id", "citizen_id"),)

    installation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), primary_key=True
    )
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Notice(Base):
    __tablename__ = "notices"
    __table_args__ = (
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
