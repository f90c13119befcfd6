"""Signing keys, till codes, purchases. None of these tables may be partitioned: they carry the UNIQUEs
that keep a purchase single."""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, JsonDocument, UtcDateTime

AMOUNT_MAX_YEN = 9_999_999


class SigningKey(Base):
    """A key's number and salt; the key itself is derived from the configured secret."""

    __tablename__ = "signing_keys"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # From then on codes signed with it are refused.
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class IssuerKind(enum.StrEnum):
    CLERK = "clerk"
    REGISTER = "register"


class TillCode(Base):
    __tablename__ = "till_codes"
    __table_args__ = (
        CheckConstraint("amount_yen BETWEEN 1 AND 9999999", name="amount_yen"),
        CheckConstraint("expires_at > issued_at", name="expires_at"),
        CheckConstraint("issuer_kind IN ('clerk', 'register')", name="issuer_kind"),
        CheckConstraint("used_at IS NULL OR cancelled_at IS NULL", name="one_ending"),
        # Room for the version of each code that tells its end.
        {"postgresql_with": {"fillfactor": 60}},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"))
    issuer_kind: Mapped[str] = mapped_column(String(8))
    # A staff member or an API key.
    issuer_id: Mapped[uuid.UUID]
    key_id: Mapped[int] = mapped_column(ForeignKey("signing_keys.id"))
    amount_yen: Mapped[int] = mapped_column(BigInteger)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Purchase(Base):
    __tablename__ = "purchases"
    __table_args__ = (
        CheckConstraint("amount_yen BETWEEN 1 AND 9999999", name="amount_yen"),
        CheckConstraint("earned_points >= 0", name="earned_points"),
        UniqueConstraint("account_id", "request_key"),
        UniqueConstraint("till_code_id"),
        Index("ix_purchases_account_id_id", "account_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    shop_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("shops.id"))
    till_code_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("till_codes.id"))
    amount_yen: Mapped[int] = mapped_column(BigInteger)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Made by the citizen's app before it sends; kept for good, so that a retry is never a second purchase.
    request_key: Mapped[str] = mapped_column(String(64))
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    # What the answer told, for a retry to be told the same.
    earned_points: Mapped[int] = mapped_column(BigInteger)
    balance_points: Mapped[int] = mapped_column(BigInteger)
    # Each award and each refusal; what an award gave is a lot of the ledger.
    verdicts: Mapped[list[dict[str, Any]]] = mapped_column(JsonDocument)
