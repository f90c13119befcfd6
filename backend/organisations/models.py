"""Organisations, shops with their hours and tags, favourites, local products, API keys of registers."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Float,
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


class OrganisationKind(enum.StrEnum):
    FIRM = "firm"
    GROUP = "group"
    PUBLIC_BODY = "public_body"


class ShopStatus(enum.StrEnum):
    APPLIED = "applied"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    REJECTED = "rejected"


class SizeClass(enum.StrEnum):
    SMALL = "small"
    LARGE = "large"


class Organisation(Base):
    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint("kind IN ('firm', 'group', 'public_body')", name="kind"),
        UniqueConstraint("corporate_number"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    corporate_number: Mapped[str | None] = mapped_column(String(13))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Shop(Base):
    __tablename__ = "shops"
    __table_args__ = (
        CheckConstraint("status IN ('applied', 'active', 'suspended', 'closed', 'rejected')", name="status"),
        CheckConstraint("size_class IN ('small', 'large')", name="size_class"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        Index("ix_shops_organisation_id", "organisation_id"),
        Index("ix_shops_status_ring", "status", "ring"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    status: Mapped[str] = mapped_column(String(12))
    # Why the city decided so, told to the shop.
    status_reason: Mapped[str | None] = mapped_column(String(400))
    name_ja: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str | None] = mapped_column(String(80))
    description_ja: Mapped[str | None] = mapped_column(String(1000))
    description_en: Mapped[str | None] = mapped_column(String(1000))
    # Names, district and descriptions, folded for searching (see `texts.fold`).
    search_text: Mapped[str] = mapped_column(String(2400))
    municipality_code: Mapped[str] = mapped_column(String(6))
    # Derived from the municipality when saved, so that every figure and rule can ask for it.
    ring: Mapped[str] = mapped_column(String(16))
    district: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(120))
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    size_class: Mapped[str] = mapped_column(String(8))
    is_locally_owned: Mapped[bool]
    contact_email: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ShopHours(Base):
    """Half-open minutes after the city's midnight; a close past 1440 belongs to the day it opened."""

    __tablename__ = "shop_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens_minute BETWEEN 0 AND 1439", name="opens_minute"),
        CheckConstraint("closes_minute > opens_minute AND closes_minute <= 2160", name="closes_minute"),
    )

    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    weekday: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    opens_minute: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    closes_minute: Mapped[int] = mapped_column(SmallInteger)


class ShopTag(Base):
    __tablename__ = "shop_tags"
    __table_args__ = (Index("ix_shop_tags_tag", "tag"),)

    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(24), primary_key=True)


class FavouriteShop(Base):
    """A shop that a citizen wants to hear of and to find again."""

    __tablename__ = "favourite_shops"
    __table_args__ = (Index("ix_favourite_shops_shop_id", "shop_id"),)

    citizen_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), primary_key=True
    )
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProductCategory(enum.StrEnum):
    FISH = "fish"
    VEGETABLES = "vegetables"
    MEAT = "meat"
    DAIRY = "dairy"
    BREAD_AND_SWEETS = "bread_and_sweets"
    PREPARED_FOOD = "prepared_food"
    DRINKS = "drinks"
    ALCOHOL = "alcohol"
    CRAFTS = "crafts"
    DAILY_GOODS = "daily_goods"
    SERVICES = "services"
    OTHER = "other"
    # Those that campaigns leave out, whatever they reward.
    TOBACCO = "tobacco"
    VOUCHERS = "vouchers"
    TAXES_AND_FEES = "taxes_and_fees"


EXCLUDED_CATEGORIES = frozenset(
    {ProductCategory.TOBACCO, ProductCategory.VOUCHERS, ProductCategory.TAXES_AND_FEES}
)


class Product(Base):
    """A local product as one shop sells it, under a GTIN or the shop's own code."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("gtin IS NOT NULL OR in_store_code IS NOT NULL", name="code"),
        CheckConstraint("price_yen BETWEEN 1 AND 9999999", name="price_yen"),
        CheckConstraint(
            "category IN ('fish', 'vegetables', 'meat', 'dairy', 'bread_and_sweets', 'prepared_food', 'drinks',"
            " 'alcohol', 'crafts', 'daily_goods', 'services', 'other', 'tobacco', 'vouchers', 'taxes_and_fees')",
            name="category",
        ),
        UniqueConstraint("shop_id", "gtin"),
        UniqueConstraint("shop_id", "in_store_code"),
        Index("ix_products_origin_ring", "origin_ring"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"))
    name_ja: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str | None] = mapped_column(String(80))
    search_text: Mapped[str] = mapped_column(String(200))
    origin_municipality_code: Mapped[str] = mapped_column(String(6))
    origin_ring: Mapped[str] = mapped_column(String(16))
    gtin: Mapped[str | None] = mapped_column(String(14))
    in_store_code: Mapped[str | None] = mapped_column(String(20))
    price_yen: Mapped[int | None] = mapped_column(BigInteger)
    category: Mapped[str] = mapped_column(String(16), server_default=text("'other'"))
    # Short keys of what vouches for it: a local brand, organic JAS.
    certifications: Mapped[list[str]] = mapped_column(JsonDocument, server_default=text("'[]'"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiKey(Base):
    """A register's key: shown once, only its hash kept."""

    __tablename__ = "api_keys"
    __table_args__ = (UniqueConstraint("key_hash"), Index("ix_api_keys_shop_id", "shop_id"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"))
    name: Mapped[str] = mapped_column(String(60))
    # Its first characters, so that people can tell keys apart.
    prefix: Mapped[str] = mapped_column(String(12))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    scopes: Mapped[list[str]] = mapped_column(JsonDocument)
    created_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ShopCode(Base):
    """What one poster of a shop says. Rows stay: who gave it out, who ended it, when and why."""

    __tablename__ = "shop_codes"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_reason"),
        UniqueConstraint("digits"),
        UniqueConstraint("replaces_id"),
        Index("ix_shop_codes_shop_id", "shop_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"))
    digits: Mapped[str] = mapped_column(String(13))
    # Where it hangs: the counter, a table, a stall.
    label: Mapped[str] = mapped_column(String(40))
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("shop_codes.id"))
    issued_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(String(200))


class ShopSticker(Base):
    """A JPQR sticker that a shop has already, by the 29 digits it was given. Rows stay, as those of posters."""

    __tablename__ = "shop_stickers"
    __table_args__ = (
        CheckConstraint("(unlinked_at IS NULL) = (unlinked_reason IS NULL)", name="unlinked_reason"),
        Index(
            "uq_shop_stickers_store_id",
            "store_id",
            unique=True,
            postgresql_where=text("unlinked_at IS NULL"),
            sqlite_where=text("unlinked_at IS NULL"),
        ),
        Index("ix_shop_stickers_shop_id", "shop_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shops.id"))
    store_id: Mapped[str] = mapped_column(String(29))
    # The shop's name as the sticker has it, for people to compare.
    name_on_sticker: Mapped[str] = mapped_column(String(99))
    registered_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    unlinked_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    unlinked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unlinked_reason: Mapped[str | None] = mapped_column(String(200))


class SerialBatch(Base):
    """Numbers for the packages of one product, given to its producer. Of a number only a keyed hash is kept."""

    __tablename__ = "serial_batches"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 1 AND 480", name="quantity"),
        CheckConstraint("price_yen BETWEEN 1 AND 9999999", name="price_yen"),
        CheckConstraint("valid_until > issued_at", name="valid_until"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_reason"),
        Index("ix_serial_batches_product_id", "product_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"))
    # The producer.
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    quantity: Mapped[int]
    # With the secret key it makes the numbers, so that they can be printed once more.
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    # The product's when it was issued: whoever raises it later raises no claim. NULL: citizens say what they paid.
    price_yen: Mapped[int | None] = mapped_column(BigInteger)
    valid_until: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_by_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(String(200))


class ProductSerial(Base):
    """One number; good for one claim."""

    __tablename__ = "product_serials"
    __table_args__ = (
        CheckConstraint("(claim_id IS NULL) = (claimed_at IS NULL)", name="claimed_at"),
        UniqueConstraint("code_hash"),
        UniqueConstraint("batch_id", "draw"),
        UniqueConstraint("claim_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("serial_batches.id"))
    # Which number that the batch's salt makes; one that another batch has already is left out.
    draw: Mapped[int]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    # No foreign key: this floor knows no claims.
    claim_id: Mapped[uuid.UUID | None]
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
