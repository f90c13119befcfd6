"""What else a citizen shows at a till: codes that a phone makes by itself, and paper cards."""

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
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, UtcDateTime


class OfflineCodeKey(Base):
    """With it one installation of the app makes codes; the secret itself is derived and kept nowhere."""

    __tablename__ = "offline_code_keys"
    __table_args__ = (
        CheckConstraint("spend_max_points >= 0", name="spend_max_points"),
        UniqueConstraint("number"),
        Index("ix_offline_code_keys_citizen_id", "citizen_id"),
        Index("ix_offline_code_keys_session_id", "session_id"),
        Index("ix_offline_code_keys_installation_id", "installation_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    # Where the citizen signed in; the key ends with it. NULL where Firebase keeps the sessions.
    session_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("citizen_sessions.id", ondelete="CASCADE")
    )
    installation_id: Mapped[str] = mapped_column(String(64))
    # Seven random digits: each code begins with them.
    number: Mapped[str] = mapped_column(String(7))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    # 0: its codes earn and spend nothing.
    spend_max_points: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OfflineCodeUse(Base):
    """One code of a key that a till used: no second one of the same minute."""

    __tablename__ = "offline_code_uses"
    __table_args__ = (UniqueConstraint("key_id", "step"),)

    # The purchase or checkout names it as its citizen code.
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offline_code_keys.id", ondelete="CASCADE"))
    step: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CardStatus(enum.StrEnum):
    BLANK = "blank"
    ACTIVE = "active"
    BLOCKED = "blocked"
    REPLACED = "replaced"


class CardEventKind(enum.StrEnum):
    HANDED_OUT = "handed_out"
    PIN_RENEWED = "pin_renewed"
    BLOCKED = "blocked"
    REPLACED = "replaced"
    LINKED = "linked"


class CitizenCard(Base):
    """A paper card: who holds it buys without a telephone. Its number is derived, and only a hash of it kept."""

    __tablename__ = "citizen_cards"
    __table_args__ = (
        CheckConstraint("status IN ('blank', 'active', 'blocked', 'replaced')", name="status"),
        CheckConstraint("(status = 'blank') = (citizen_id IS NULL)", name="citizen_id"),
        CheckConstraint("(status = 'blank') = (pin_hash IS NULL)", name="pin_hash"),
        CheckConstraint("(status IN ('blocked', 'replaced')) = (ended_at IS NOT NULL)", name="ended_at"),
        CheckConstraint("pin_tries_left >= 0", name="pin_tries_left"),
        UniqueConstraint("serial"),
        UniqueConstraint("number_hash"),
        Index("ix_citizen_cards_citizen_id", "citizen_id"),
        Index("ix_citizen_cards_batch_id", "batch_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    # Those that were printed together.
    batch_id: Mapped[uuid.UUID]
    # On the card and on the slip that its holder keeps at home: names the card and opens nothing.
    serial: Mapped[str] = mapped_column(String(8))
    number_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[str] = mapped_column(String(8))
    citizen_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    pin_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    pin_tries_left: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class JoinedAccount(Base):
    """A card's account whose holder had used an app as well: what it held was carried over, its entries stay."""

    __tablename__ = "joined_accounts"
    __table_args__ = (UniqueConstraint("account_id"), Index("ix_joined_accounts_into", "into_account_id"))

    # The source of what was carried over in the ledger.
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    into_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CardUse(Base):
    """One sale by a card. Cards are used again and again: this says which sale, and by which card."""

    __tablename__ = "card_uses"
    __table_args__ = (Index("ix_card_uses_card_id", "card_id"),)

    # The purchase or checkout names it as its citizen code.
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    card_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizen_cards.id", ondelete="CASCADE"))
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CardEvent(Base):
    """What was done with a card, when and by whom: without a member of staff, by its holder in the app."""

    __tablename__ = "card_events"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('handed_out', 'pin_renewed', 'blocked', 'replaced', 'linked')", name="kind"
        ),
        Index("ix_card_events_card_id", "card_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    card_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizen_cards.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
