"""Organisations, shops, products."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("corporate_number", sa.String(length=13), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('firm', 'group', 'public_body')", name=op.f("ck_organisations_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("corporate_number", name=op.f("uq_organisations_corporate_number")),
    )
    op.create_table(
        "shops",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("status_reason", sa.String(length=400), nullable=True),
        sa.Column("name_ja", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=True),
        sa.Column("description_ja", sa.String(length=1000), nullable=True),
        sa.Column("description_en", sa.String(length=1000), nullable=True),
        sa.Column("search_text", sa.String(length=2400), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("ring", sa.String(length=16), nullable=False),
        sa.Column("district", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=120), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("size_class", sa.String(length=8), nullable=False),
        sa.Column("is_locally_owned", sa.Boolean(), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size_class IN ('small', 'large')", name=op.f("ck_shops_size_class")),
        sa.CheckConstraint(
            "status IN ('applied', 'active', 'suspended', 'closed', 'rejected')", name=op.f("ck_shops_status")
        ),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_shops_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_shops_longitude")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_shops_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shops")),
    )
    op.create_index("ix_shops_organisation_id", "shops", ["organisation_id"], unique=False)
    op.create_index("ix_shops_status_ring", "shops", ["status", "ring"], unique=False)
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("name_ja", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=True),
        sa.Column("search_text", sa.String(length=200), nullable=False),
        sa.Column("origin_municipality_code", sa.String(length=6), nullable=False),
        sa.Column("origin_ring", sa.String(length=16), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=True),
        sa.Column("in_store_code", sa.String(length=20), nullable=True),
        sa.Column("price_yen", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("gtin IS NOT NULL OR in_store_code IS NOT NULL", name=op.f("ck_products_code")),
        sa.CheckConstraint("price_yen BETWEEN 1 AND 9999999", name=op.f("ck_products_price_yen")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_products_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("shop_id", "gtin", name=op.f("uq_products_shop_id_gtin")),
        sa.UniqueConstraint("shop_id", "in_store_code", name=op.f("uq_products_shop_id_in_store_code")),
    )
    op.create_index("ix_products_origin_ring", "products", ["origin_ring"], unique=False)
    op.create_table(
        "shop_hours",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("opens_minute", sa.SmallInteger(), nullable=False),
        sa.Column("closes_minute", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "closes_minute > opens_minute AND closes_minute <= 2160", name=op.f("ck_shop_hours_closes_minute")
        ),
        sa.CheckConstraint("opens_minute BETWEEN 0 AND 1439", name=op.f("ck_shop_hours_opens_minute")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_shop_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_shop_hours_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "weekday", "opens_minute", name=op.f("pk_shop_hours")),
    )
    op.create_table(
        "shop_tags",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_shop_tags_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "tag", name=op.f("pk_shop_tags")),
    )
    op.create_index("ix_shop_tags_tag", "shop_tags", ["tag"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_shop_tags_tag", table_name="shop_tags")
    op.drop_table("shop_tags")
    op.drop_table("shop_hours")
    op.drop_index("ix_products_origin_ring", table_name="products")
    op.drop_table("products")
    op.drop_index("ix_shops_status_ring", table_name="shops")
    op.drop_index("ix_shops_organisation_id", table_name="shops")
    op.drop_table("shops")
    op.drop_table("organisations")
