"""Webhooks, what they subscribe to, deliveries (their outbox)."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, UtcDateTime


class WebhookStatus(enum.StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"  # by the shop
    DISABLED = "disabled"  # by us: it has failed for days


class WebhookEvent(enum.StrEnum):
    """Types of events that can be subscribed to."""

    PURCHASE_RECORDED = "purchase.recorded"
    PURCHASE_REFUNDED = "purchase.refunded"
    COUPON_REDEEMED = "coupon.redeemed"


class WebhookDeliveryStatus(enum.StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    FAILED = "failed"


# Said word for word as the partial index says it, or SQLite does not use it.
WAITING_DELIVERIES = "webhook_deliveries.status = 'waiting'"


class Webhook(Base):
    __tablename__ = "webhooks"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'paused', 'disabled')", name="status"),
        CheckConstraint(
            "(previous_secret_sealed IS NULL) = (previous_secret_until IS NULL)", name="previous_secret"
        ),
        Index("ix_webhooks_shop_id", "shop_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"))
    url: Mapped[str] = mapped_column(String(500))
    note: Mapped[str | None] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(8))
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    # After a new secret was made, the one before signs too until then.
    previous_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Since its last accepted delivery, the first that was not.
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookSubscription(Base):
    __tablename__ = "webhook_subscriptions"
    __table_args__ = (
        CheckConstraint(
            "event_type IN ('purchase.recorded', 'purchase.refunded', 'coupon.redeemed')", name="event_type"
        ),
    )

    webhook_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True
    )
    event_type: Mapped[str] = mapped_column(String(24), primary_key=True)


class WebhookDelivery(Base):
    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'accepted', 'failed')", name="status"),
        CheckConstraint("(status = 'waiting') = (settled_at IS NULL)", name="settled_at"),
        Index(
            "ix_webhook_deliveries_waiting",
            "not_before",
            postgresql_where=text("status = 'waiting'"),
            sqlite_where=text("status = 'waiting'"),
        ),
    )

    webhook_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_type: Mapped[str] = mapped_column(String(24))
    # To the letter what is sent, so that every try is signed over the same body.
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(8))
    # Since it was announced, or replayed.
    attempts: Mapped[int] = mapped_column(SmallInteger)
    # Not sent before; while somebody sends it, the moment their lease ends.
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    # Of the last try: the status it was answered with, or why there was none.
    answer_status: Mapped[int | None] = mapped_column(SmallInteger)
    failure: Mapped[str | None] = mapped_column(String(24))
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
