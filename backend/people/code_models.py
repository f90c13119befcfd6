"""What else a citizen shows at a till: codes that a phone makes by itself, and paper cards."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
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
