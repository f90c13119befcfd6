"""Campaigns, their counters, and the revision by which a process knows that its copy of the rules is current."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, JsonDocument, UtcDateTime


class CampaignStatus(enum.StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"  # runs while its period lasts
    ENDED = "ended"


class Campaign(Base):
    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'approved', 'ended')", name="status"),
        CheckConstraint("ends_at > starts_at", name="ends_at"),
        CheckConstraint("budget_points BETWEEN 1 AND 1000000000", name="budget_points"),
        CheckConstraint("lifetime_days BETWEEN 1 AND 1826", name="lifetime_days"),
        CheckConstraint("approved_by_staff_id <> created_by_staff_id", name="approved_by_another"),
        UniqueConstraint("slug"),
        Index("ix_campaigns_status", "status"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    is_base_programme: Mapped[bool]
    status: Mapped[str] = mapped_column(String(12))
    # language → text
    names: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    descriptions: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    # Its shape is `rules.Rule`.
    rule: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifetime_days: Mapped[int] = mapped_column(SmallInteger)
    budget_points: Mapped[int] = mapped_column(BigInteger)
    funding_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("points_accounts.id"))
    # Set when an award found the budget empty, so that the next purchase need not ask again.
    budget_exhausted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    approved_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CampaignCounter(Base):
    """Points one account has had from one campaign on one day of the city."""

    __tablename__ = "campaign_counters"
    __table_args__ = (CheckConstraint("awarded_points >= 0", name="awarded_points"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"), primary_key=True)
    counted_on: Mapped[date] = mapped_column(Date, primary_key=True)
    # No foreign key: to check it, PostgreSQL would lock the campaign's one row in every purchase it rewards.
    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    awarded_points: Mapped[int] = mapped_column(BigInteger)
    # Counts up by one with each award: the next one is written only upon the count it was decided on.
    award_count: Mapped[int]


class CampaignRevision(Base):
    """One row. Whatever changes what runs, or how, counts it up in the same transaction."""

    __tablename__ = "campaign_revisions"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
