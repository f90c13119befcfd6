"""Offers with their shops, tags and photos; coupons; saved offers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PUBLISHED = sa.text("status = 'published'")
REDEEMED = sa.text("purchase_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("status_reason", sa.String(length=400), nullable=True),
        sa.Column("names", JSON, nullable=False),
        sa.Column("descriptions", JSON, nullable=False),
        sa.Column("search_text", sa.String(length=4000), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("benefit_kind", sa.String(length=8), nullable=False),
        sa.Column("price_yen", sa.BigInteger(), nullable=True),
        sa.Column("discount_yen", sa.BigInteger(), nullable=True),
        sa.Column("discount_permille", sa.SmallInteger(), nullable=True),
        sa.Column("discount_max_yen", sa.BigInteger(), nullable=True),
        sa.Column("minimum_yen", sa.BigInteger(), nullable=True),
        sa.Column("displayed_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("displayed_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("usable_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("usable_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("stock_left", sa.Integer(), nullable=True),
        sa.Column("per_person_limit", sa.SmallInteger(), nullable=False),
        sa.Column("member_list_id", sa.Uuid(), nullable=True),
        sa.Column("created_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *_checks_of_offers(),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_offers_shop_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_offers_product_id")),
        sa.ForeignKeyConstraint(
            ["created_by_staff_id"], ["staff.id"], name=op.f("fk_offers_created_by_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    op.create_index("ix_offers_shop_id", "offers", ["shop_id"], unique=False)
    op.create_index(
        "ix_offers_published",
        "offers",
        ["displayed_until"],
        unique=False,
        postgresql_where=PUBLISHED,
        sqlite_where=PUBLISHED,
    )
    _create_what_belongs_to_offers()
    _create_coupons()
    _create_what_citizens_saved()


def _checks_of_offers() -> list[sa.CheckConstraint]:
    checks = {
        "status": "status IN ('draft', 'published', 'held', 'ended', 'removed')",
        "benefit": "(benefit_kind = 'price' AND price_yen IS NOT NULL"
        " AND discount_yen IS NULL AND discount_permille IS NULL)"
        " OR (benefit_kind = 'discount' AND price_yen IS NULL"
        " AND (discount_yen IS NULL) <> (discount_permille IS NULL))"
        " OR (benefit_kind = 'points' AND price_yen IS NULL"
        " AND discount_yen IS NULL AND discount_permille IS NULL)",
        "discount_max_of_a_rate": "discount_max_yen IS NULL OR discount_permille IS NOT NULL",
        "price_yen": "price_yen BETWEEN 1 AND 9999999",
        "discount_yen": "discount_yen BETWEEN 1 AND 9999999",
        "discount_permille": "discount_permille BETWEEN 1 AND 1000",
        "discount_max_yen": "discount_max_yen BETWEEN 1 AND 9999999",
        "minimum_yen": "minimum_yen BETWEEN 1 AND 9999999",
        "displayed_until": "displayed_until > displayed_from",
        "usable_until": "usable_until > usable_from AND usable_until >= displayed_until",
        "stock": "(stock IS NULL) = (stock_left IS NULL)",
        "stock_left": "stock_left BETWEEN 0 AND stock",
        "per_person_limit": "per_person_limit BETWEEN 1 AND 100",
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_offers_{name}")) for name, rule in checks.items()]


def _create_what_belongs_to_offers() -> None:
    op.create_table(
        "offer_shops",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offers.id"], name=op.f("fk_offer_shops_offer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_offer_shops_shop_id")),
        sa.PrimaryKeyConstraint("offer_id", "shop_id", name=op.f("pk_offer_shops")),
    )
    op.create_index("ix_offer_shops_shop_id", "offer_shops", ["shop_id"], unique=False)
    op.create_table(
        "offer_tags",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offers.id"], name=op.f("fk_offer_tags_offer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("offer_id", "tag", name=op.f("pk_offer_tags")),
    )
    op.create_index("ix_offer_tags_tag", "offer_tags", ["tag"], unique=False)
    op.create_table(
        "offer_photos",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("width_pixels", sa.Integer(), nullable=False),
        sa.Column("height_pixels", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(content) BETWEEN 1 AND 200000", name=op.f("ck_offer_photos_content")),
        sa.CheckConstraint("width_pixels > 0 AND height_pixels > 0", name=op.f("ck_offer_photos_size")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offers.id"], name=op.f("fk_offer_photos_offer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_offer_photos")),
    )


def _create_coupons() -> None:
    op.create_table(
        "coupons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("granted_by_campaign_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("usable_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purchase_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("token_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_coupons_number")),
        sa.CheckConstraint(
            "(redeemed_at IS NULL) = (purchase_id IS NULL)", name=op.f("ck_coupons_redeemed_with_a_purchase")
        ),
        sa.CheckConstraint(
            "(token_hash IS NULL) = (token_expires_at IS NULL)", name=op.f("ck_coupons_token")
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_coupons_offer_id")),
        sa.ForeignKeyConstraint(["account_id"], ["points_accounts.id"], name=op.f("fk_coupons_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint(
            "offer_id", "account_id", "number", name=op.f("uq_coupons_offer_id_account_id_number")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_coupons_token_hash")),
    )
    op.create_index("ix_coupons_account_id_id", "coupons", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_coupons_purchase_id",
        "coupons",
        ["purchase_id"],
        unique=False,
        postgresql_where=REDEEMED,
        sqlite_where=REDEEMED,
    )


def _create_what_citizens_saved() -> None:
    op.create_table(
        "saved_offers",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_saved_offers_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offers.id"], name=op.f("fk_saved_offers_offer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "offer_id", name=op.f("pk_saved_offers")),
    )
    op.create_index("ix_saved_offers_offer_id", "saved_offers", ["offer_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_saved_offers_offer_id", table_name="saved_offers")
    op.drop_table("saved_offers")
    op.drop_index(
        "ix_coupons_purchase_id", table_name="coupons", postgresql_where=REDEEMED, sqlite_where=REDEEMED
    )
    op.drop_index("ix_coupons_account_id_id", table_name="coupons")
    op.drop_table("coupons")
    op.drop_table("offer_photos")
    op.drop_index("ix_offer_tags_tag", table_name="offer_tags")
    op.drop_table("offer_tags")
    op.drop_index("ix_offer_shops_shop_id", table_name="offer_shops")
    op.drop_table("offer_shops")
    op.drop_index(
        "ix_offers_published", table_name="offers", postgresql_where=PUBLISHED, sqlite_where=PUBLISHED
    )
    op.drop_index("ix_offers_shop_id", table_name="offers")
    op.drop_table("offers")
