"""Citizens, their logins, sessions and codes, consents; staff, roles, sessions, invitations;
member lists; letters to send."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, JsonDocument, UtcDateTime


class Standing(enum.StrEnum):
    RESIDENT = "resident"
    WORKER = "worker"
    VISITOR = "visitor"


class AgeBand(enum.StrEnum):
    UNDER_18 = "under_18"
    FROM_18 = "18_29"
    FROM_30 = "30_44"
    FROM_45 = "45_64"
    FROM_65 = "65_74"
    FROM_75 = "75_over"


class Citizen(Base):
    __tablename__ = "citizens"
    __table_args__ = (
        CheckConstraint("birth_month BETWEEN 1 AND 12", name="birth_month"),
        CheckConstraint("language IN ('ja', 'ja@easy', 'en')", name="language"),
        CheckConstraint("standing IN ('resident', 'worker', 'visitor')", name="standing"),
        UniqueConstraint("account_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    # All that purchases and the ledger know of a citizen.
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    nickname: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    municipality_code: Mapped[str | None] = mapped_column(String(6))
    district: Mapped[str | None] = mapped_column(String(40))
    birth_month: Mapped[int | None] = mapped_column(SmallInteger)
    age_band: Mapped[str | None] = mapped_column(String(8))
    standing: Mapped[str | None] = mapped_column(String(8))
    # What is declared becomes verified when a counter clerk has seen proof; changing it undoes that.
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CitizenLogin(Base):
    """What a citizen signs in with: an e-mail address, a phone number, a Firebase user."""

    __tablename__ = "citizen_logins"
    __table_args__ = (
        CheckConstraint("kind IN ('email', 'phone', 'firebase')", name="kind"),
        UniqueConstraint("kind", "subject"),
        Index("ix_citizen_logins_citizen_id", "citizen_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(254))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CitizenSession(Base):
    __tablename__ = "citizen_sessions"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_citizen_sessions_citizen_id", "citizen_id"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginChallenge(Base):
    """A code sent to an address, to verify it or to reset a password."""

    __tablename__ = "login_challenges"
    __table_args__ = (
        CheckConstraint("purpose IN ('verify', 'reset_password')", name="purpose"),
        Index("ix_login_challenges_login_id", "login_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    login_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizen_logins.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(16))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    attempts_left: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CounterCode(Base):
    """What a citizen shows at the city's counter, so that the clerk finds them without asking for a name."""

    __tablename__ = "counter_codes"
    __table_args__ = (UniqueConstraint("code_hash"), Index("ix_counter_codes_citizen_id", "citizen_id"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CodeScope(enum.StrEnum):
    EARN = "earn"
    SPEND = "spend"
    COUPON = "coupon"


class SpendMode(enum.StrEnum):
    NONE = "none"
    ALL = "all"
    UP_TO = "up_to"


class CitizenCode(Base):
    """What a citizen's phone shows at a till: who buys, and what the till may do in their name."""

    __tablename__ = "citizen_codes"
    __table_args__ = (
        CheckConstraint("spend_mode IN ('none', 'all', 'up_to')", name="spend_mode"),
        CheckConstraint("(spend_mode = 'up_to') = (spend_points IS NOT NULL)", name="spend_points_given"),
        CheckConstraint("spend_points > 0", name="spend_points"),
        CheckConstraint("expires_at >= created_at", name="expires_at"),
        UniqueConstraint("code_hash"),
        Index("ix_citizen_codes_citizen_id", "citizen_id"),
        # Room for the version of each code that tells its end.
        {"postgresql_with": {"fillfactor": 60}},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    # The same as the citizen's: a till's purchase needs it and reads one row less.
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    scopes: Mapped[list[str]] = mapped_column(JsonDocument)
    spend_mode: Mapped[str] = mapped_column(String(8))
    # With `up_to`: so many points and no more.
    spend_points: Mapped[int | None] = mapped_column(BigInteger)
    coupon_ids: Mapped[list[str]] = mapped_column(JsonDocument)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ConsentPurpose(enum.StrEnum):
    TERMS = "terms"  # needed to take part
    STATISTICS = "statistics"
    PUSH_TRANSACTIONS = "push_transactions"
    PUSH_CITY = "push_city"
    PUSH_SHOPS = "push_shops"  # advertising: off until asked for
    PUSH_DISASTER = "push_disaster"


class Consent(Base):
    """One giving of consent; withdrawing dates it, giving again is a new row."""

    __tablename__ = "consents"
    __table_args__ = (
        Index(
            "uq_consents_standing",
            "citizen_id",
            "purpose",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
            sqlite_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(24))
    version: Mapped[str] = mapped_column(String(16))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Staff(Base):
    """A person who works for a shop or the city. Without a password yet: invited."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("email"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    display_name: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(8))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The last 30-second step whose code was accepted: each code opens one session.
    totp_last_step: Mapped[int | None]
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffRole(Base):
    """A role, for one shop or (city roles) for the whole city."""

    __tablename__ = "staff_roles"
    __table_args__ = (
        Index(
            "uq_staff_roles_shop",
            "staff_id",
            "role",
            "shop_id",
            unique=True,
            postgresql_where=text("shop_id IS NOT NULL"),
            sqlite_where=text("shop_id IS NOT NULL"),
        ),
        Index(
            "uq_staff_roles_city",
            "staff_id",
            "role",
            unique=True,
            postgresql_where=text("shop_id IS NULL"),
            sqlite_where=text("shop_id IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(24))
    shop_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("shops.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffSession(Base):
    __tablename__ = "staff_sessions"
    __table_args__ = (
        CheckConstraint("face IN ('shop', 'city')", name="face"),
        UniqueConstraint("token_hash"),
        Index("ix_staff_sessions_staff_id", "staff_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    face: Mapped[str] = mapped_column(String(8))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffInvitation(Base):
    __tablename__ = "staff_invitations"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Letter(Base):
    """An e-mail or short message waiting to be sent; deleted once it is, for it may hold a code."""

    __tablename__ = "letters"
    __table_args__ = (CheckConstraint("channel IN ('email', 'phone')", name="channel"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(8))
    recipient: Mapped[str] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    params: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)


class MemberList(Base):
    """Whom a shop (or, without a shop, the city) knows as members; who they are it is not told."""

    __tablename__ = "member_lists"
    __table_args__ = (UniqueConstraint("join_code_hash"), Index("ix_member_lists_shop_id", "shop_id"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("shops.id"))
    name: Mapped[str] = mapped_column(String(60))
    join_code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_by_staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # From then on nobody joins, and nothing is for its members any more.
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MemberListEntry(Base):
    __tablename__ = "member_list_entries"
    __table_args__ = (Index("ix_member_list_entries_citizen_id", "citizen_id"),)

    list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member_lists.id"), primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), primary_key=True
    )
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
