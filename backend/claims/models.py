"""Claims, what happened to them, what was counted of them, and flags.

`claim_events` is append-only by trigger (see the migration). Claims outlive whoever leaves, as purchases do: then
they name nobody and hold nothing that the person wrote.
"""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, JsonDocument, UtcDateTime

APPEAL_MAX_CHARACTERS = 1_000
REASON_MAX_CHARACTERS = 400
# In the place of the person or the shop where a counter counts all of them.
EVERYBODY = uuid.UUID("00000000-0000-7000-8000-00000000000a")
EVERY_SHOP = uuid.UUID("00000000-0000-7000-8000-00000000000b")


class ClaimKind(enum.StrEnum):
    POSTER = "poster"
    RECEIPT = "receipt"
    SERIAL = "serial"
    OFFLINE_CODE = "offline_code"


class ClaimStatus(enum.StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    REJECTED = "rejected"  # for good once it was appealed
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"


class WaitsFor(enum.StrEnum):
    SHOP = "shop"
    CITY = "city"


class ActorKind(enum.StrEnum):
    CITIZEN = "citizen"
    CLERK = "clerk"
    REGISTER = "register"
    CITY = "city"
    RULE = "rule"  # the program's own, by its table


class ClaimAct(enum.StrEnum):
    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    SECONDED = "seconded"  # one of two persons has said yes
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    REJECTED = "rejected"
    UNCONFIRMED = "unconfirmed"  # the shop said nothing in time
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"
    FLAGGED = "flagged"
    READ = "read"  # somebody looked at evidence that shows more than a sale


class DecisionCode(enum.StrEnum):
    """Why it was decided so; the texts are `claim_decision.<code>`."""

    WITHIN_LIMITS = "within_limits"
    CONFIRMED_BY_SHOP = "confirmed_by_shop"
    EVIDENCE_FITS = "evidence_fits"
    AMOUNT_DIFFERS = "amount_differs"
    GOODS_EXCLUDED = "goods_excluded"
    NO_SUCH_SALE = "no_such_sale"
    ALREADY_RECORDED = "already_recorded"
    EVIDENCE_INSUFFICIENT = "evidence_insufficient"
    MISUSE = "misuse"
    OTHER = "other"


class Measure(enum.StrEnum):
    """What a counter counts: all that is stated, or what passed by rule."""

    STATED = "stated"
    PASSED = "passed"


class FlagKind(enum.StrEnum):
    """The rules of `rules.flags`, by name."""

    YOUNG_ACCOUNTS = "young_accounts"
    SHARED_DEVICE = "shared_device"
    OWN_SHOP = "own_shop"
    ROUND_AMOUNTS = "round_amounts"
    REPEATED_PURCHASE = "repeated_purchase"
    PERSON_VELOCITY = "person_velocity"
    SHOP_VELOCITY = "shop_velocity"
    REPORTED = "reported"  # by the part of the program that stated the claim; its evidence says why


class FlagStatus(enum.StrEnum):
    OPEN = "open"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"


class Claim(Base):
    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("kind IN ('poster', 'receipt', 'serial', 'offline_code')", name="kind"),
        CheckConstraint(
            "status IN ('draft', 'submitted', 'accepted', 'partly_accepted', 'rejected', 'appealed',"
            " 'withdrawn')",
            name="status",
        ),
        CheckConstraint("amount_yen BETWEEN 1 AND 9999999", name="amount_yen"),
        CheckConstraint("accepted_yen BETWEEN 1 AND amount_yen", name="accepted_yen"),
        CheckConstraint("expected_points >= 0", name="expected_points"),
        CheckConstraint(
            "status IN ('draft', 'withdrawn') OR (amount_yen IS NOT NULL AND done_at IS NOT NULL)",
            name="stated",
        ),
        CheckConstraint("waits_for IN ('shop', 'city')", name="waits_for"),
        CheckConstraint("(status IN ('submitted', 'appealed')) = (waits_for IS NOT NULL)", name="waiting"),
        CheckConstraint(
            "(waits_for IS NOT NULL AND waits_for = 'shop') = (expires_at IS NOT NULL)",
            name="expires_at",
        ),
        CheckConstraint(
            "(status IN ('accepted', 'partly_accepted')) = (purchase_id IS NOT NULL)"
            " AND (purchase_id IS NULL) = (accepted_yen IS NULL)",
            name="purchase_id",
        ),
        UniqueConstraint("account_id", "request_key"),
        UniqueConstraint("purchase_id"),
        Index("ix_claims_account_id_id", "account_id", "id"),
        Index("ix_claims_shop_id_id", "shop_id", "id"),
        Index("ix_claims_citizen_id", "citizen_id"),
        Index(
            "ix_claims_waiting",
            "waits_for",
            "id",
            postgresql_where=text("waits_for IS NOT NULL"),
            sqlite_where=text("waits_for IS NOT NULL"),
        ),
        Index(
            "ix_claims_expires_at",
            "expires_at",
            postgresql_where=text("waits_for = 'shop'"),
            sqlite_where=text("waits_for = 'shop'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    # NULL once the person has left.
    citizen_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("citizens.id", ondelete="SET NULL"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    shop_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("shops.id"))
    amount_yen: Mapped[int | None] = mapped_column(BigInteger)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # See `purchases.rules.sales.SaleLine`; they sum to the amount.
    lines: Mapped[list[dict[str, Any]] | None] = mapped_column(JsonDocument)
    # By kind: what speaks for it.
    evidence: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    status: Mapped[str] = mapped_column(String(16))
    waits_for: Mapped[str | None] = mapped_column(String(8))
    # While it waits for the shop: the city decides from then on.
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    request_key: Mapped[str] = mapped_column(String(64))
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    # What it would have earned when it was submitted; what it earned is told by its purchase.
    expected_points: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    accepted_yen: Mapped[int | None] = mapped_column(BigInteger)
    # No foreign key: the two point at each other.
    purchase_id: Mapped[uuid.UUID | None]
    decision_code: Mapped[str | None] = mapped_column(String(24))
    decision_reason: Mapped[str | None] = mapped_column(String(REASON_MAX_CHARACTERS))
    decided_by_kind: Mapped[str | None] = mapped_column(String(8))
    decided_by_id: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The first of the two persons whom a large amount takes, and what they would accept.
    seconded_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    seconded_yen: Mapped[int | None] = mapped_column(BigInteger)
    appeal_text: Mapped[str | None] = mapped_column(String(APPEAL_MAX_CHARACTERS))
    appealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ClaimEvent(Base):
    """Who did what when, and why. Append-only; of a citizen it names no more than that it was them."""

    __tablename__ = "claim_events"
    __table_args__ = (
        CheckConstraint("actor_kind IN ('citizen', 'clerk', 'register', 'city', 'rule')", name="actor_kind"),
        CheckConstraint(
            "act IN ('drafted', 'submitted', 'seconded', 'accepted', 'partly_accepted', 'rejected',"
            " 'unconfirmed', 'appealed', 'withdrawn', 'flagged', 'read')",
            name="act",
        ),
        Index("ix_claim_events_claim_id_id", "claim_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("claims.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(8))
    # A staff member or an API key.
    actor_id: Mapped[uuid.UUID | None]
    act: Mapped[str] = mapped_column(String(16))
    amount_yen: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[str | None] = mapped_column(String(24))
    reason: Mapped[str | None] = mapped_column(String(REASON_MAX_CHARACTERS))


class ClaimCounter(Base):
    """What one person, one shop, or one person at one shop stated or passed by claims of a kind in a city's day."""

    __tablename__ = "claim_counters"
    __table_args__ = (CheckConstraint("amount_yen >= 0 AND claim_count >= 0", name="counted"),)

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    counted_on: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    measure: Mapped[str] = mapped_column(String(8), primary_key=True)
    amount_yen: Mapped[int] = mapped_column(BigInteger)
    claim_count: Mapped[int]
    # How often it was changed: a write names the number it was decided upon.
    change_count: Mapped[int]


class Flag(Base):
    """Something odd about a claim or a purchase, with the facts, and what people made of it. Decided once."""

    __tablename__ = "flags"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'cleared', 'confirmed')", name="status"),
        CheckConstraint("(claim_id IS NULL) <> (purchase_id IS NULL)", name="subject"),
        CheckConstraint(
            "(status = 'open') = (decided_at IS NULL)"
            " AND (decided_at IS NULL OR decision_reason IS NOT NULL)",
            name="decided_at",
        ),
        UniqueConstraint("claim_id", "kind"),
        UniqueConstraint("purchase_id", "kind"),
        Index("ix_flags_account_id", "account_id"),
        Index(
            "ix_flags_open",
            "id",
            postgresql_where=text("status = 'open'"),
            sqlite_where=text("status = 'open'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    claim_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("claims.id"))
    purchase_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("purchases.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    shop_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("shops.id"))
    # What was counted, and from what number on it is odd.
    evidence: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    status: Mapped[str] = mapped_column(String(12))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # NULL with a decision: the shop's, on the claim that was flagged.
    decided_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_reason: Mapped[str | None] = mapped_column(String(REASON_MAX_CHARACTERS))


class FlagSweep(Base):
    """How far a job has looked, by the ids of what it looks at."""

    __tablename__ = "flag_sweeps"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    last_id: Mapped[uuid.UUID]
