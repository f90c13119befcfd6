"""Offers, the shops they are good at, their tags and photos; coupons; what citizens saved."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.base.database import Base, JsonDocument, UtcDateTime


class OfferStatus(enum.StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    HELD = "held"  # by the city, until it is released
    ENDED = "ended"  # by the shop: nobody takes it any more, what was taken stays good
    REMOVED = "removed"  # by the city, for good


class BenefitKind(enum.StrEnum):
    PRICE = "price"
    DISCOUNT = "discount"
    POINTS = "points"


class Offer(Base):
    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'published', 'held', 'ended', 'removed')", name="status"),
        CheckConstraint(
            "(benefit_kind = 'price' AND price_yen IS NOT NULL"
            " AND discount_yen IS NULL AND discount_permille IS NULL)"
            " OR (benefit_kind = 'discount' AND price_yen IS NULL"
            " AND (discount_yen IS NULL) <> (discount_permille IS NULL))"
            " OR (benefit_kind = 'points' AND price_yen IS NULL"
            " AND discount_yen IS NULL AND discount_permille IS NULL)",
            name="benefit",
        ),
        CheckConstraint(
            "discount_max_yen IS NULL OR discount_permille IS NOT NULL", name="discount_max_of_a_rate"
        ),
        CheckConstraint("price_yen BETWEEN 1 AND 9999999", name="price_yen"),
        CheckConstraint("discount_yen BETWEEN 1 AND 9999999", name="discount_yen"),
        CheckConstraint("discount_permille BETWEEN 1 AND 1000", name="discount_permille"),
        CheckConstraint("discount_max_yen BETWEEN 1 AND 9999999", name="discount_max_yen"),
        CheckConstraint("minimum_yen BETWEEN 1 AND 9999999", name="minimum_yen"),
        CheckConstraint("displayed_until > displayed_from", name="displayed_until"),
        CheckConstraint(
            "usable_until > usable_from AND usable_until >= displayed_until", name="usable_until"
        ),
        CheckConstraint("(stock IS NULL) = (stock_left IS NULL)", name="stock"),
        CheckConstraint("stock_left BETWEEN 0 AND stock", name="stock_left"),
        CheckConstraint("per_person_limit BETWEEN 1 AND 100", name="per_person_limit"),
        Index("ix_offers_shop_id", "shop_id"),
        Index(
            "ix_offers_published",
            "displayed_until",
            postgresql_where=text("status = 'published'"),
            sqlite_where=text("status = 'published'"),
        ),
        Index(
            "ix_offers_displayed_from",
            "displayed_from",
            postgresql_where=text("status = 'published'"),
            sqlite_where=text("status = 'published'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    # Whose it is; where it is good stands in `offer_shops`.
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"))
    status: Mapped[str] = mapped_column(String(12))
    # Why the city holds or removed it, told to the shop.
    status_reason: Mapped[str | None] = mapped_column(String(400))
    # language → text
    names: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    descriptions: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    # Both, folded for searching (see `organisations.texts.fold`).
    search_text: Mapped[str] = mapped_column(String(4000))
    product_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("products.id"))
    # Together these six are `rules.OfferTerms`.
    benefit_kind: Mapped[str] = mapped_column(String(8))
    price_yen: Mapped[int | None] = mapped_column(BigInteger)
    discount_yen: Mapped[int | None] = mapped_column(BigInteger)
    discount_permille: Mapped[int | None] = mapped_column(SmallInteger)
    discount_max_yen: Mapped[int | None] = mapped_column(BigInteger)
    minimum_yen: Mapped[int | None] = mapped_column(BigInteger)
    # Half-open. Taken while it is displayed, redeemed while it is usable.
    displayed_from: Mapped[datetime] = mapped_column(UtcDateTime)
    displayed_until: Mapped[datetime] = mapped_column(UtcDateTime)
    usable_from: Mapped[datetime] = mapped_column(UtcDateTime)
    usable_until: Mapped[datetime] = mapped_column(UtcDateTime)
    # How many coupons there are in all, and how many nobody has taken yet; None: as many as are wanted.
    stock: Mapped[int | None] = mapped_column(Integer)
    stock_left: Mapped[int | None] = mapped_column(Integer)
    per_person_limit: Mapped[int] = mapped_column(SmallInteger)
    # For those on the list only.
    member_list_id: Mapped[uuid.UUID | None]
    created_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OfferShop(Base):
    """Where an offer is good: shops of the owner's organisation."""

    __tablename__ = "offer_shops"
    __table_args__ = (Index("ix_offer_shops_shop_id", "shop_id"),)

    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"), primary_key=True)


class OfferTag(Base):
    __tablename__ = "offer_tags"
    __table_args__ = (Index("ix_offer_tags_tag", "tag"),)

    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(24), primary_key=True)


class OfferPhoto(Base):
    """As we encoded it; nothing of what was sent is kept."""

    __tablename__ = "offer_photos"
    __table_args__ = (
        CheckConstraint("length(content) BETWEEN 1 AND 200000", name="content"),
        CheckConstraint("width_pixels > 0 AND height_pixels > 0", name="size"),
    )

    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(String(32))
    width_pixels: Mapped[int] = mapped_column(Integer)
    height_pixels: Mapped[int] = mapped_column(Integer)
    # Of the content: the same photo has the same tag.
    etag: Mapped[str] = mapped_column(String(64))
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Coupon(Base):
    """One use of an offer, somebody's."""

    __tablename__ = "coupons"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(redeemed_at IS NULL) = (purchase_id IS NULL)", name="redeemed_with_a_purchase"),
        CheckConstraint("(token_hash IS NULL) = (token_expires_at IS NULL)", name="token"),
        UniqueConstraint("offer_id", "account_id", "number"),
        UniqueConstraint("token_hash"),
        Index("ix_coupons_account_id_id", "account_id", "id"),
        Index(
            "ix_coupons_purchase_id",
            "purchase_id",
            postgresql_where=text("purchase_id IS NOT NULL"),
            sqlite_where=text("purchase_id IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("points_accounts.id"))
    # Counts this account's coupons of this offer from 1: of two that are taken at once, one is the later.
    number: Mapped[int] = mapped_column(Integer)
    # A reward, beyond what the limit of a person lets them take. No foreign key: campaigns stand above offers.
    granted_by_campaign_id: Mapped[uuid.UUID | None]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # At least as long as the offer itself, of which the later end counts; longer after a refund.
    usable_until: Mapped[datetime] = mapped_column(UtcDateTime)
    redeemed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # No foreign key: purchases stand above offers.
    purchase_id: Mapped[uuid.UUID | None]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    token_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SavedOffer(Base):
    """A citizen wants to find it again; audiences ask for it too."""

    __tablename__ = "saved_offers"
    __table_args__ = (Index("ix_saved_offers_offer_id", "offer_id"),)

    citizen_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), primary_key=True
    )
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
