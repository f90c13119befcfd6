"""Accounts, transactions, entries, balances in slices; lots, their uses and holds; debts, corrections, seals.

`points_transactions`, `points_entries`, `points_lot_uses` and `points_seals` are append-only by trigger (see the
migrations); PostgreSQL also refuses a statement whose entries do not sum to zero.
"""

import enum
import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, UtcDateTime


class AccountKind(enum.StrEnum):
    ISSUANCE = "issuance"  # where points come from; the only account below zero
    FUNDING = "funding"  # a budget: of the city, a campaign
    CITIZEN = "citizen"
    SHOP = "shop"
    LAPSED = "lapsed"  # where points go that nobody spent


class TransactionKind(enum.StrEnum):
    FUND = "fund"
    RELEASE = "release"  # what a budget has left goes back to the issuance
    GRANT = "grant"
    RECLAIM = "reclaim"  # earned points go back to their budget
    SPEND = "spend"
    RETURN = "return"  # spent points come back to the citizen
    LAPSE = "lapse"
    CORRECT = "correct"


class HoldStatus(enum.StrEnum):
    HELD = "held"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


class CorrectionStatus(enum.StrEnum):
    PROPOSED = "proposed"
    CARRIED_OUT = "carried_out"
    REJECTED = "rejected"


class BudgetLine(Base):
    """Where in the city's budget points are paid from, and who shares in paying."""

    __tablename__ = "points_budget_lines"
    __table_args__ = (
        CheckConstraint("fiscal_year BETWEEN 2000 AND 2199", name="fiscal_year"),
        CheckConstraint(
            "city_permille >= 0 AND shop_permille >= 0 AND chamber_permille >= 0"
            " AND city_permille + shop_permille + chamber_permille = 1000",
            name="shares",
        ),
        UniqueConstraint("fiscal_year", "kan", "kou", "moku", "name"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    # 年度: the year in which April begins it.
    fiscal_year: Mapped[int] = mapped_column(SmallInteger)
    # 款, 項, 目 as the city's budget spells them.
    kan: Mapped[str] = mapped_column(String(60))
    kou: Mapped[str] = mapped_column(String(60))
    moku: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    city_permille: Mapped[int] = mapped_column(SmallInteger)
    shop_permille: Mapped[int] = mapped_column(SmallInteger)
    chamber_permille: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PointsAccount(Base):
    __tablename__ = "points_accounts"
    __table_args__ = (
        CheckConstraint("kind IN ('issuance', 'funding', 'citizen', 'shop', 'lapsed')", name="kind"),
        CheckConstraint("slice_count BETWEEN 1 AND 64", name="slice_count"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    slice_count: Mapped[int] = mapped_column(SmallInteger)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of a funding account: who bears its points.
    budget_line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("points_budget_lines.id"))


class PointsTransaction(Base):
    __tablename__ = "points_transactions"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('fund', 'release', 'grant', 'reclaim', 'spend', 'return', 'lapse', 'correct')",
            name="kind",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    # What caused it, opaque here: a purchase, a campaign, a closing.
    source_id: Mapped[uuid.UUID | None]
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PointsEntry(Base):
    __tablename__ = "points_entries"
    __table_args__ = (
        CheckConstraint("amount_points <> 0", name="amount_points"),
        ForeignKeyConstraint(
            ["account_id", "slice"], ["points_balances.account_id", "points_balances.slice"]
        ),
        Index("ix_points_entries_account_id_transaction_id", "account_id", "transaction_id"),
    )

    transaction_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_transactions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    account_id: Mapped[uuid.UUID]
    slice: Mapped[int] = mapped_column(SmallInteger)
    amount_points: Mapped[int] = mapped_column(BigInteger)


class PointsBalance(Base):
    __tablename__ = "points_balances"
    __table_args__ = (
        CheckConstraint("balance_points >= 0 OR may_overdraw", name="balance_points"),
        # Room in each page, so that a balance that moves finds its next version beside it and no index changes.
        {"postgresql_with": {"fillfactor": 70}},
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"), primary_key=True)
    slice: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    balance_points: Mapped[int] = mapped_column(BigInteger)
    may_overdraw: Mapped[bool]
    # A closed account's rows take no more points, whoever was already on the way.
    is_open: Mapped[bool] = mapped_column(server_default=true())


class PointsLot(Base):
    __tablename__ = "points_lots"
    __table_args__ = (
        CheckConstraint("granted_points > 0", name="granted_points"),
        CheckConstraint("remaining_points BETWEEN 0 AND granted_points", name="remaining_points"),
        CheckConstraint("held_points BETWEEN 0 AND remaining_points", name="held_points"),
        CheckConstraint("expires_at > issued_at", name="expires_at"),
        Index("ix_points_lots_transaction_id", "transaction_id"),
        Index(
            "ix_points_lots_open",
            "account_id",
            "expires_at",
            postgresql_where=text("remaining_points > 0"),
            sqlite_where=text("remaining_points > 0"),
        ),
        Index(
            "ix_points_lots_returned",
            "returned_from_transaction_id",
            postgresql_where=text("returned_from_transaction_id IS NOT NULL"),
            sqlite_where=text("returned_from_transaction_id IS NOT NULL"),
        ),
        Index(
            "ix_points_lots_bound",
            "account_id",
            postgresql_where=text("remaining_points > 0 AND (spendable_at IS NOT NULL OR held_points > 0)"),
            sqlite_where=text("remaining_points > 0 AND (spendable_at IS NOT NULL OR held_points > 0)"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    transaction_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_transactions.id"))
    # No foreign key: to check it, PostgreSQL would lock the one row of a budget in every purchase that draws on
    # it. Accounts are never deleted, and `meguri ledger verify` finds a lot of an account that is not there.
    funding_account_id: Mapped[uuid.UUID]
    granted_points: Mapped[int] = mapped_column(BigInteger)
    remaining_points: Mapped[int] = mapped_column(BigInteger)
    # Of the remaining ones: set aside by holds.
    held_points: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # NULL: spendable at once. Later moments make a lot pending until then.
    spendable_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The use of a lot whose points came back as this one: the spend, and the lot. The budget behind both is the same.
    returned_from_transaction_id: Mapped[uuid.UUID | None]
    returned_from_lot_id: Mapped[uuid.UUID | None]


class PointsLotUse(Base):
    """What a transaction took from a lot: spent, lapsed, reclaimed, paid on a debt. Append-only."""

    __tablename__ = "points_lot_uses"
    __table_args__ = (
        CheckConstraint("points > 0", name="points"),
        Index("ix_points_lot_uses_lot_id", "lot_id"),
    )

    transaction_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_transactions.id"), primary_key=True)
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_lots.id"), primary_key=True)
    points: Mapped[int] = mapped_column(BigInteger)


class PointsHold(Base):
    """Points set aside for a shop: posted (a part of them at least), voided or expired, once."""

    __tablename__ = "points_holds"
    __table_args__ = (
        CheckConstraint("status IN ('held', 'posted', 'voided', 'expired')", name="status"),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("posted_points BETWEEN 0 AND points", name="posted_points"),
        CheckConstraint("(status = 'held') = (closed_at IS NULL)", name="closed_at"),
        Index(
            "ix_points_holds_open",
            "expires_at",
            postgresql_where=text("status = 'held'"),
            sqlite_where=text("status = 'held'"),
        ),
        Index("ix_points_holds_account_id", "account_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    to_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    status: Mapped[str] = mapped_column(String(8))
    points: Mapped[int] = mapped_column(BigInteger)
    posted_points: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PointsHoldLot(Base):
    """What a hold set aside of each lot."""

    __tablename__ = "points_hold_lots"
    __table_args__ = (CheckConstraint("points > 0", name="points"),)

    hold_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_holds.id"), primary_key=True)
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_lots.id"), primary_key=True)
    points: Mapped[int] = mapped_column(BigInteger)


class PointsDebt(Base):
    """Reclaimed points that had been spent already: what the account earns later repays them first."""

    __tablename__ = "points_debts"
    __table_args__ = (
        CheckConstraint("incurred_points > 0", name="incurred_points"),
        CheckConstraint("owed_points BETWEEN 0 AND incurred_points", name="owed_points"),
        Index(
            "ix_points_debts_open",
            "account_id",
            postgresql_where=text("owed_points > 0"),
            sqlite_where=text("owed_points > 0"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    # The budget that is owed.
    funding_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    # The refund, opaque here.
    source_id: Mapped[uuid.UUID]
    incurred_points: Mapped[int] = mapped_column(BigInteger)
    owed_points: Mapped[int] = mapped_column(BigInteger)
    incurred_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PointsCorrection(Base):
    """A movement by hand: proposed with a reason by one person, carried out or rejected by another."""

    __tablename__ = "points_corrections"
    __table_args__ = (
        CheckConstraint("status IN ('proposed', 'carried_out', 'rejected')", name="status"),
        CheckConstraint("points <> 0", name="points"),
        CheckConstraint("lifetime_days BETWEEN 1 AND 1826", name="lifetime_days"),
        CheckConstraint("(points > 0) = (lifetime_days IS NOT NULL)", name="lifetime_of_granted"),
        CheckConstraint("decided_by_staff_id <> proposed_by_staff_id", name="decided_by_another"),
        CheckConstraint("(status = 'carried_out') = (transaction_id IS NOT NULL)", name="transaction_id"),
        CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided_at"),
        Index("ix_points_corrections_status", "status"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    funding_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    # Above zero: from the budget to the citizen; below: back.
    points: Mapped[int] = mapped_column(BigInteger)
    # How long points given live; of points taken back: NULL.
    lifetime_days: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(String(400))
    status: Mapped[str] = mapped_column(String(12))
    proposed_by_staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str | None] = mapped_column(String(400))
    transaction_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("points_transactions.id"))


class PointsSeal(Base):
    """A block of transactions, by their ids, whose digests are chained to the block before. Append-only."""

    __tablename__ = "points_seals"
    __table_args__ = (UniqueConstraint("last_transaction_id"),)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # Everything after the block before, up to and with this one.
    last_transaction_id: Mapped[uuid.UUID]
    transaction_count: Mapped[int]
    # Of each transaction in order: its id (16 bytes) and the digest of its rows (16 bytes).
    digests: Mapped[bytes] = mapped_column(LargeBinary)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
