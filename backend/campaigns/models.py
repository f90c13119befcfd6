"""Campaigns, their versions and events, counters, stamps, reward codes and what was claimed with them, and the
revision by which a process knows its copy.

No foreign key leads from what purchases write to a campaign: to check it, PostgreSQL would lock the campaign's
one row in every purchase.
"""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
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
# In a counter's key.
EVERYBODY = EVERY_SHOP = uuid.UUID(int=0)


class CampaignStatus(enum.StrEnum):
    """As stored. Whether a scheduled one runs, or is over, the clock tells: see `states`."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"  # funded and visible; runs while its period lasts
    PAUSED = "paused"
    ENDED = "ended"
    REPORTED = "reported"


class VersionStatus(enum.StrEnum):
    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"  # in force
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class CampaignAct(enum.StrEnum):
    """What somebody did: each is a row of `campaign_events`."""

    DRAFTED = "drafted"
    EDITED = "edited"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"


class Campaign(Base):
    """What is in force: a copy of the version `version`, but for `ends_at`, which an early end moves."""

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint(
            "status IN ('draft', 'review', 'approved', 'scheduled', 'paused', 'ended', 'reported')",
            name="status",
        ),
        CheckConstraint("ends_at > starts_at", name="ends_at"),
        CheckConstraint("budget_points BETWEEN 1 AND 1000000000", name="budget_points"),
        CheckConstraint("budget_warned_percent BETWEEN 0 AND 100", name="budget_warned_percent"),
        CheckConstraint("version > 0", name="version"),
        UniqueConstraint("slug"),
        Index("ix_campaigns_status", "status"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    is_base_programme: Mapped[bool]
    status: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    # language → text
    names: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    descriptions: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    # Its shape is `rules.rule.Rule`.
    rule: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    budget_points: Mapped[int] = mapped_column(BigInteger)
    # A line of the city's budget, as the ledger knows it.
    budget_line_id: Mapped[uuid.UUID | None]
    # Opened when it is scheduled.
    funding_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("points_accounts.id"))
    # Set when an award found the budget empty, so that the next purchase need not ask again.
    budget_exhausted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The share of the budget of which citizens have been told that it is used up.
    budget_warned_percent: Mapped[int] = mapped_column(SmallInteger, default=0)
    # The closing report; its shape is `service.closing.Figures`.
    figures: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNull)
    created_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    approved_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CampaignVersion(Base):
    """Conditions as drafted and approved. After approval they are never changed, only superseded."""

    __tablename__ = "campaign_versions"
    __table_args__ = (
        CheckConstraint(
            "status IN ('draft', 'review', 'approved', 'superseded', 'withdrawn')", name="status"
        ),
        CheckConstraint("ends_at > starts_at", name="ends_at"),
        CheckConstraint("budget_points BETWEEN 1 AND 1000000000", name="budget_points"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("approved_by_staff_id <> drafted_by_staff_id", name="approved_by_another"),
        # One at a time is drafted or reviewed, one is in force.
        Index(
            "uq_campaign_versions_open",
            "campaign_id",
            unique=True,
            postgresql_where=text("status IN ('draft', 'review')"),
            sqlite_where=text("status IN ('draft', 'review')"),
        ),
        Index(
            "uq_campaign_versions_in_force",
            "campaign_id",
            unique=True,
            postgresql_where=text("status = 'approved'"),
            sqlite_where=text("status = 'approved'"),
        ),
    )

    campaign_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(String(12))
    names: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    descriptions: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    rule: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    budget_points: Mapped[int] = mapped_column(BigInteger)
    budget_line_id: Mapped[uuid.UUID | None]
    # What the law on premiums is computed from, as declared; NULL: no premium in its sense.
    premium: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNull)
    # What changes against the version before, and why.
    note: Mapped[str | None] = mapped_column(String(1000))
    drafted_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CampaignEvent(Base):
    """Who did what when: the record of decisions. Append-only by trigger (see the migration)."""

    __tablename__ = "campaign_events"
    __table_args__ = (
        CheckConstraint(
            "act IN ('drafted', 'edited', 'submitted', 'returned', 'approved', 'scheduled', 'paused',"
            " 'resumed', 'ended', 'reported', 'withdrawn')",
            name="act",
        ),
        Index("ix_campaign_events_campaign_id_id", "campaign_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("campaigns.id"))
    version: Mapped[int]
    act: Mapped[str] = mapped_column(String(12))
    # States of the version while it is drafted and reviewed, of the campaign from then on.
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    # NULL: the clock, or the program's own setting up.
    by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(400))


class CampaignCounter(Base):
    """What one campaign has given to one person, at one shop, or to one person at one shop, in one period.

    EVERYBODY stands for the person, EVERY_SHOP for the shop. The key begins so that all counters of a person
    over every shop, of some periods, are one range of the index.
    """

    __tablename__ = "campaign_counters"
    __table_args__ = (
        CheckConstraint("awarded_points >= 0", name="awarded_points"),
        CheckConstraint("within IN ('day', 'week', 'month', 'fiscal_year', 'campaign')", name="within"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    # The first day of the period.
    period_on: Mapped[date] = mapped_column(Date, primary_key=True)
    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    within: Mapped[str] = mapped_column(String(12), primary_key=True)
    awarded_points: Mapped[int] = mapped_column(BigInteger)
    award_count: Mapped[int]
    # Up by one with each award and each refund: an award is written only upon the count it was decided on.
    change_count: Mapped[int]


class CampaignStamp(Base):
    """One stamp on one card of one person. Positions may have gaps, and pass the target: see `service.stamps`."""

    __tablename__ = "campaign_stamps"
    __table_args__ = (
        CheckConstraint("card_number > 0", name="card_number"),
        CheckConstraint("position > 0", name="position"),
        UniqueConstraint("campaign_id", "account_id", "card_number", "distinct_key"),
        Index("ix_campaign_stamps_purchase_id", "purchase_id"),
    )

    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"), primary_key=True)
    card_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    # What no two stamps of a card share: a shop's id, a district, a product's id, a day.
    distinct_key: Mapped[str] = mapped_column(String(64))
    purchase_id: Mapped[uuid.UUID]
    stamped_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CampaignCard(Base):
    """A card that was completed and rewarded, and by which purchase."""

    __tablename__ = "campaign_cards"
    __table_args__ = (
        CheckConstraint("card_number > 0", name="card_number"),
        Index("ix_campaign_cards_purchase_id", "purchase_id"),
    )

    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"), primary_key=True)
    card_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    purchase_id: Mapped[uuid.UUID]


class RewardCode(Base):
    """What a mission's staff hand out: whoever types it in has done `quantity` of what the mission counts."""

    __tablename__ = "reward_codes"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 1 AND 1000000", name="quantity"),
        CheckConstraint("uses_limit > 0", name="uses_limit"),
        CheckConstraint("uses_left >= 0 AND uses_left <= uses_limit", name="uses_left"),
        CheckConstraint("valid_until > valid_from", name="valid_until"),
        UniqueConstraint("code_hash"),
        Index("ix_reward_codes_campaign_id_id", "campaign_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("campaigns.id"))
    # Keyed by the secret; the code itself is told once and never kept.
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    # Times or hours, as the mission counts.
    quantity: Mapped[int]
    # 1: a one-time code. Of a limited one, each person has one use at most.
    uses_limit: Mapped[int]
    uses_left: Mapped[int]
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime] = mapped_column(UtcDateTime)
    # For the office: what it was made for.
    note: Mapped[str | None] = mapped_column(String(100))
    created_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MissionClaim(Base):
    """What a person did without a purchase, by a code or by their own report of a day, and what it earned.

    The id is the source of its grants in the ledger. A report may be raised later: `quantity` and `points` are then
    those of the whole day.
    """

    __tablename__ = "mission_claims"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 1 AND 1000000", name="quantity"),
        CheckConstraint("unit IN ('times', 'hours', 'steps')", name="unit"),
        CheckConstraint("points > 0", name="points"),
        UniqueConstraint("reward_code_id", "account_id"),
        # Of one mission, one report a person and day.
        Index(
            "uq_mission_claims_reported",
            "campaign_id",
            "account_id",
            "done_on",
            unique=True,
            postgresql_where=text("reward_code_id IS NULL"),
            sqlite_where=text("reward_code_id IS NULL"),
        ),
        Index("ix_mission_claims_account_id_id", "account_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    # NULL: reported.
    reward_code_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("reward_codes.id"))
    quantity: Mapped[int]
    unit: Mapped[str] = mapped_column(String(8))
    done_on: Mapped[date] = mapped_column(Date)
    # When it was made, or last raised.
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    points: Mapped[int] = mapped_column(BigInteger)
    # Its shape is `verdicts.verdict_document`.
    verdict: Mapped[dict[str, Any]] = mapped_column(JsonDocument)


class CampaignRevision(Base):
    """One row. Whatever changes what runs, or how, counts it up in the same transaction."""

    __tablename__ = "campaign_revisions"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
