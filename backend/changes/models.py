"""The log of changes, which triggers write, and the numbers of SQLite's transactions."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, UtcDateTime


class ChangeCounter(Base):
    """One row. `number` counts SQLite's changes; PostgreSQL numbers its transactions itself."""

    __tablename__ = "change_counters"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    epoch: Mapped[uuid.UUID]
    number: Mapped[int] = mapped_column(BigInteger)


class Change(Base):
    """The last change of one thing. No foreign key: it outlives what it tells of."""

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_changed_in", "changed_in"),)

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    changed_in: Mapped[int] = mapped_column(BigInteger)
    # By the database's clock; only for forgetting it in time.
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OwnChange(Base):
    """The same of what concerns one citizen: what they saved, which lists they joined and left."""

    __tablename__ = "own_changes"

    citizen_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    changed_in: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
