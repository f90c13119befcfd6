"""Descriptions that somebody keeps to use again. A message holds a copy of its own."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, JsonDocument, UtcDateTime


class SavedAudience(Base):
    """Of a shop, or (without a shop) of the city."""

    __tablename__ = "saved_audiences"
    __table_args__ = (
        Index(
            "uq_saved_audiences_shop",
            "shop_id",
            "name",
            unique=True,
            postgresql_where=text("shop_id IS NOT NULL"),
            sqlite_where=text("shop_id IS NOT NULL"),
        ),
        Index(
            "uq_saved_audiences_city",
            "name",
            unique=True,
            postgresql_where=text("shop_id IS NULL"),
            sqlite_where=text("shop_id IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("shops.id"))
    name: Mapped[str] = mapped_column(String(60))
    # In canonical form, see `rules`.
    document: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    made_by_staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    changed_by_staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
