"""Accounts, transactions, entries, balances in slices, lots.

`points_transactions` and `points_entries` are append-only by trigger (see the migration); PostgreSQL also
refuses a statement whose entries do not sum to zero.
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
    SmallInteger,
    String,
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
    GRANT = "grant"
    SPEND = "spend"
    LAPSE = "lapse"


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


class PointsTransaction(Base):
    __tablename__ = "points_transactions"
    __table_args__ = (CheckConstraint("kind IN ('fund', 'grant', 'spend', 'lapse')", name="kind"),)

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
        CheckConstraint("expires_at > issued_at", name="expires_at"),
        Index(
            "ix_points_lots_open",
            "account_id",
            "expires_at",
            postgresql_where=text("remaining_points > 0"),
            sqlite_where=text("remaining_points > 0"),
        ),
        Index(
            "ix_points_lots_pending",
            "account_id",
            postgresql_where=text("spendable_at IS NOT NULL AND remaining_points > 0"),
            sqlite_where=text("spendable_at IS NOT NULL AND remaining_points > 0"),
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
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # NULL: spendable at once. Later moments make a lot pending until then.
    spendable_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
