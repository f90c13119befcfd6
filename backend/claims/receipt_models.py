"""Photos of receipts, and what no two claims of receipts may share."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, UtcDateTime


class ReceiptPhoto(Base):
    """As we encoded it. Once nobody needs to look any more only the hash is left, which knows the photo again."""

    __tablename__ = "receipt_photos"
    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 5", name="number"),
        CheckConstraint("length(content) BETWEEN 1 AND 600000", name="content"),
        CheckConstraint("(content IS NULL) = (removed_at IS NOT NULL)", name="removed_at"),
        Index("ix_receipt_photos_etag", "etag"),
        Index("ix_receipt_photos_citizen_id", "citizen_id"),
    )

    claim_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    # Claims outlive whoever leaves; their photos do not.
    citizen_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(String(32))
    width_pixels: Mapped[int] = mapped_column(Integer)
    height_pixels: Mapped[int] = mapped_column(Integer)
    # Of the content: the same photo has the same tag.
    etag: Mapped[str] = mapped_column(String(64))
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReceiptSignature(Base):
    """One receipt, one claim: see `rules.receipts.signatures_of`. Never partitioned; outlives whoever leaves."""

    __tablename__ = "receipt_signatures"
    __table_args__ = (Index("ix_receipt_signatures_claim_id", "claim_id"),)

    signature: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    claim_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("claims.id"))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
