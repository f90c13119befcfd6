"""Signing keys, till codes, offline codes, checkouts, purchases with their lines, refunds, reconciliations.

None of these tables may be partitioned: they carry the UNIQUEs that keep a purchase single.
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
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
    text,
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
    CITY = "city"  # of refunds only: it takes back what never was a purchase


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
    # A staff member or a register.
    issuer_id: Mapped[uuid.UUID]
    key_id: Mapped[int] = mapped_column(ForeignKey("signing_keys.id"))
    amount_yen: Mapped[int] = mapped_column(BigInteger)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of a sale with lines: see `rules.sales.SaleLine`.
    lines: Mapped[list[dict[str, Any]] | None] = mapped_column(JsonDocument)


class OfflineAllowance(Base):
    """What a register may sign by itself while it has no network: so many codes, so much money, for some hours."""

    __tablename__ = "offline_allowances"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_at"),
        CheckConstraint("count_max BETWEEN 1 AND 9999", name="count_max"),
        CheckConstraint("code_max_yen BETWEEN 1 AND 9999999", name="code_max_yen"),
        CheckConstraint("used_count BETWEEN 0 AND count_max", name="used_count"),
        CheckConstraint("used_yen BETWEEN 0 AND total_max_yen", name="used_yen"),
        UniqueConstraint("register_id", "issued_on", "number"),
        Index("ix_offline_allowances_shop_id_id", "shop_id", "id"),
    )

    # Also what its secret is derived from, together with the configured one.
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"))
    register_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("api_keys.id"))
    # The key that asked for it: with it the allowance is revoked.
    api_key_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("api_keys.id"))
    # Of the register's on that day in the city, from 1.
    issued_on: Mapped[date]
    number: Mapped[int] = mapped_column(SmallInteger)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    count_max: Mapped[int] = mapped_column(SmallInteger)
    code_max_yen: Mapped[int] = mapped_column(BigInteger)
    total_max_yen: Mapped[int] = mapped_column(BigInteger)
    # Of what was honoured.
    used_count: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    used_yen: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OfflineCode(Base):
    """A code that a register signed without a network and a citizen bought with: each of its numbers once."""

    __tablename__ = "offline_codes"
    __table_args__ = (
        CheckConstraint("serial_number >= 1", name="serial_number"),
        UniqueConstraint("purchase_id"),
    )

    allowance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offline_allowances.id"), primary_key=True)
    serial_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purchase_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("purchases.id"))
    amount_yen: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CheckoutStatus(enum.StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Checkout(Base):
    """A sale to a citizen who showed their code: points are held until the till completes or cancels it."""

    __tablename__ = "checkouts"
    __table_args__ = (
        CheckConstraint("amount_yen BETWEEN 1 AND 9999999", name="amount_yen"),
        CheckConstraint("discount_yen BETWEEN 0 AND amount_yen", name="discount_yen"),
        CheckConstraint("issuer_kind IN ('clerk', 'register')", name="issuer_kind"),
        CheckConstraint("status IN ('open', 'completed', 'cancelled')", name="status"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_at"),
        UniqueConstraint("citizen_code_id"),
        UniqueConstraint("hold_id"),
        Index("ix_checkouts_citizen_id", "citizen_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"))
    issuer_kind: Mapped[str] = mapped_column(String(8))
    issuer_id: Mapped[uuid.UUID]
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    # No foreign key: codes are forgotten sooner than checkouts.
    citizen_code_id: Mapped[uuid.UUID]
    status: Mapped[str] = mapped_column(String(12))
    amount_yen: Mapped[int] = mapped_column(BigInteger)
    discount_yen: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[list[dict[str, Any]] | None] = mapped_column(JsonDocument)
    coupon_ids: Mapped[list[str]] = mapped_column(JsonDocument)
    may_earn: Mapped[bool]
    hold_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("points_holds.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Purchase(Base):
    __tablename__ = "purchases"
    __table_args__ = (
        CheckConstraint("amount_yen BETWEEN 1 AND 9999999", name="amount_yen"),
        CheckConstraint("earned_points >= 0", name="earned_points"),
        CheckConstraint(
            "discount_yen >= 0 AND spent_points >= 0 AND discount_yen + spent_points <= amount_yen",
            name="payment",
        ),
        CheckConstraint("refunded_yen BETWEEN 0 AND amount_yen", name="refunded_yen"),
        CheckConstraint("(request_key IS NULL) = (request_hash IS NULL)", name="request"),
        CheckConstraint("(sale_key IS NULL) = (sale_hash IS NULL)", name="stored_sale"),
        UniqueConstraint("account_id", "request_key"),
        UniqueConstraint("till_code_id"),
        # Without the many that have none.
        Index(
            "uq_purchases_citizen_code_id",
            "citizen_code_id",
            unique=True,
            postgresql_where=text("citizen_code_id IS NOT NULL"),
            sqlite_where=text("citizen_code_id IS NOT NULL"),
        ),
        Index(
            "uq_purchases_checkout_id",
            "checkout_id",
            unique=True,
            postgresql_where=text("checkout_id IS NOT NULL"),
            sqlite_where=text("checkout_id IS NOT NULL"),
        ),
        Index(
            "uq_purchases_claim_id",
            "claim_id",
            unique=True,
            postgresql_where=text("claim_id IS NOT NULL"),
            sqlite_where=text("claim_id IS NOT NULL"),
        ),
        Index(
            "uq_purchases_shop_id_sale_key",
            "shop_id",
            "sale_key",
            unique=True,
            postgresql_where=text("sale_key IS NOT NULL"),
            sqlite_where=text("sale_key IS NOT NULL"),
        ),
        Index("ix_purchases_account_id_id", "account_id", "id"),
        Index("ix_purchases_shop_id_id", "shop_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    shop_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("shops.id"))
    # One of these says how it came about.
    till_code_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("till_codes.id"))
    citizen_code_id: Mapped[uuid.UUID | None]
    checkout_id: Mapped[uuid.UUID | None]
    # The staff member or register that rang it up, where no till code says so.
    issuer_id: Mapped[uuid.UUID | None]
    claim_id: Mapped[uuid.UUID | None]
    # What was sold; what discount and points left of it was paid in money.
    amount_yen: Mapped[int] = mapped_column(BigInteger)
    discount_yen: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    spent_points: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # The sum of its refunds; never above what was sold.
    refunded_yen: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Made by the citizen's app before it sends; kept for good, so that a retry is never a second purchase. A till's
    # key is kept by `web`.
    request_key: Mapped[str | None] = mapped_column(String(64))
    request_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    # Made by the till for a sale that it stored and sends in a batch; kept for good like a request key.
    sale_key: Mapped[str | None] = mapped_column(String(64))
    sale_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    # What the answer told, for a retry to be told the same.
    earned_points: Mapped[int] = mapped_column(BigInteger)
    balance_points: Mapped[int] = mapped_column(BigInteger)
    # Each award and each refusal; what an award gave is a lot of the ledger.
    verdicts: Mapped[list[dict[str, Any]]] = mapped_column(JsonDocument)


class PurchaseLine(Base):
    """One line of what was bought, with the product as it was registered then."""

    __tablename__ = "purchase_lines"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 1 AND 9999", name="quantity"),
        CheckConstraint("amount_yen BETWEEN 0 AND 9999999", name="amount_yen"),
        CheckConstraint("tax_permille BETWEEN 0 AND 1000", name="tax_permille"),
        CheckConstraint("discount_yen BETWEEN 0 AND 9999999", name="discount_yen"),
        Index("ix_purchase_lines_product_id", "product_id"),
    )

    purchase_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("purchases.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[str | None] = mapped_column(String(80))
    quantity: Mapped[int] = mapped_column(SmallInteger)
    amount_yen: Mapped[int] = mapped_column(BigInteger)
    gtin: Mapped[str | None] = mapped_column(String(14))
    in_store_code: Mapped[str | None] = mapped_column(String(20))
    tax_permille: Mapped[int | None] = mapped_column(SmallInteger)
    # Taken off by the line's own discounts; `amount_yen` is without it.
    discount_yen: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    product_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("products.id"))
    category: Mapped[str | None] = mapped_column(String(24))
    certifications: Mapped[list[str] | None] = mapped_column(JsonDocument)
    origin_ring: Mapped[str | None] = mapped_column(String(16))


class Refund(Base):
    """A part of a purchase, or all of it, taken back by the shop; each of its points goes where it came from."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("issuer_kind IN ('clerk', 'register', 'city')", name="issuer_kind"),
        CheckConstraint("amount_yen = cash_yen + returned_points + discount_yen", name="amount_yen"),
        CheckConstraint(
            "cash_yen >= 0 AND returned_points >= 0 AND discount_yen >= 0"
            " AND reclaimed_points >= 0 AND owed_points BETWEEN 0 AND reclaimed_points",
            name="parts",
        ),
        Index("ix_refunds_purchase_id", "purchase_id"),
        Index("ix_refunds_account_id", "account_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    purchase_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("purchases.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    issuer_kind: Mapped[str] = mapped_column(String(8))
    issuer_id: Mapped[uuid.UUID]
    amount_yen: Mapped[int] = mapped_column(BigInteger)
    cash_yen: Mapped[int] = mapped_column(BigInteger)
    returned_points: Mapped[int] = mapped_column(BigInteger)
    discount_yen: Mapped[int] = mapped_column(BigInteger)
    # Of the points earned; those of them that had been spent already are owed.
    reclaimed_points: Mapped[int] = mapped_column(BigInteger)
    owed_points: Mapped[int] = mapped_column(BigInteger)
    # lot → points; position, quantity, amount_yen of each line.
    awards: Mapped[dict[str, int]] = mapped_column(JsonDocument)
    lines: Mapped[list[dict[str, int]]] = mapped_column(JsonDocument)
    reason: Mapped[str | None] = mapped_column(String(200))
    refunded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reconciliation(Base):
    """What a till says it sold on a day, beside what was recorded. Sent again, it is another version."""

    __tablename__ = "reconciliations"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("stated_count >= 0 AND stated_yen >= 0", name="stated"),
        CheckConstraint("recorded_count >= 0 AND recorded_yen >= 0", name="recorded"),
        CheckConstraint("difference_count >= 0", name="difference_count"),
        CheckConstraint("issuer_kind IN ('clerk', 'register')", name="issuer_kind"),
        UniqueConstraint("till_id", "sold_on", "version"),
        # The newest version of each.
        Index(
            "uq_reconciliations_current",
            "till_id",
            "sold_on",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
            sqlite_where=text("replaced_at IS NULL"),
        ),
        Index("ix_reconciliations_shop_id_sold_on", "shop_id", "sold_on"),
        Index("ix_reconciliations_sold_on", "sold_on"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"))
    # A register; or the shop's own id, for all its tills together.
    till_id: Mapped[uuid.UUID]
    sold_on: Mapped[date]
    version: Mapped[int] = mapped_column(SmallInteger)
    stated_count: Mapped[int]
    stated_yen: Mapped[int] = mapped_column(BigInteger)
    # Per mille of tax → yen; sale → yen.
    stated_rates: Mapped[dict[str, int] | None] = mapped_column(JsonDocument)
    stated_sales: Mapped[dict[str, int] | None] = mapped_column(JsonDocument)
    recorded_count: Mapped[int]
    recorded_yen: Mapped[int] = mapped_column(BigInteger)
    difference_count: Mapped[int]
    # The first of them: see `rules.reconciling.Difference`.
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JsonDocument)
    issuer_kind: Mapped[str] = mapped_column(String(8))
    issuer_id: Mapped[uuid.UUID]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def register_id(self) -> uuid.UUID | None:
        return None if self.till_id == self.shop_id else self.till_id
