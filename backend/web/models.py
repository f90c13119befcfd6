"""The tables that belong to HTTP itself."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, UtcDateTime


class RateLimitWindow(Base):
    """How often something was tried in a window of time; the key is hashed, so nobody's address is kept."""

    __tablename__ = "rate_limit_windows"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class RequestAnswer(Base):
    """What a request that must not be done twice was answered; kept for good, so that a retry never is a second one."""

    __tablename__ = "request_answers"

    # A staff member, a register; never a citizen.
    actor_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    # Made by the caller before it sends.
    request_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
