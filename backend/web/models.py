"""The one table that belongs to HTTP itself."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, UtcDateTime


class RateLimitWindow(Base):
    """How often something was tried in a window of time; the key is hashed, so nobody's address is kept."""

    __tablename__ = "rate_limit_windows"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
