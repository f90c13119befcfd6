"""Citizen codes, favourite shops, categories of products, member lists."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

CATEGORIES = (
    "'fish', 'vegetables', 'meat', 'dairy', 'bread_and_sweets', 'prepared_food', 'drinks', 'alcohol', 'crafts',"
    " 'daily_goods', 'services', 'other', 'tobacco', 'vouchers', 'taxes_and_fees'"
)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "citizen_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("spend_mode", sa.String(length=8), nullable=False),
        sa.Column("spend_points", sa.BigInteger(), nullable=True),
        sa.Column("coupon_ids", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "spend_mode IN ('none', 'all', 'up_to')", name=op.f("ck_citizen_codes_spend_mode")
        ),
        sa.CheckConstraint(
            "(spend_mode = 'up_to') = (spend_points IS NOT NULL)",
            name=op.f("ck_citizen_codes_spend_points_given"),
        ),
        sa.CheckConstraint("spend_points > 0", name=op.f("ck_citizen_codes_spend_points")),
        sa.CheckConstraint("expires_at >= created_at", name=op.f("ck_citizen_codes_expires_at")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_citizen_codes_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_accounts.id"], name=op.f("fk_citizen_codes_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_citizen_codes_code_hash")),
        # Rows that are updated in place: room on the page spares every index a new entry.
        postgresql_with={"fillfactor": 60},
    )
    op.create_index("ix_citizen_codes_citizen_id", "citizen_codes", ["citizen_id"], unique=False)
    op.create_table(
        "favourite_shops",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_favourite_shops_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_favourite_shops_shop_id")),
        sa.PrimaryKeyConstraint("citizen_id", "shop_id", name=op.f("pk_favourite_shops")),
    )
    op.create_index("ix_favourite_shops_shop_id", "favourite_shops", ["shop_id"], unique=False)
    # With its check in the same words on both databases: SQLite adds none later without copying the table, and
    # the defaults stay for the running version, which does not name the columns.
    op.execute(
        "ALTER TABLE products ADD COLUMN category VARCHAR(16) DEFAULT 'other' NOT NULL"
        f" CONSTRAINT ck_products_category CHECK (category IN ({CATEGORIES}))"
    )
    op.add_column(
        "products", sa.Column("certifications", JSON, server_default=sa.text("'[]'"), nullable=False)
    )
    op.create_table(
        "member_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("join_code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_by_staff_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_member_lists_shop_id")),
        sa.ForeignKeyConstraint(
            ["created_by_staff_id"], ["staff.id"], name=op.f("fk_member_lists_created_by_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_lists")),
        sa.UniqueConstraint("join_code_hash", name=op.f("uq_member_lists_join_code_hash")),
    )
    op.create_index("ix_member_lists_shop_id", "member_lists", ["shop_id"], unique=False)
    op.create_table(
        "member_list_entries",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["member_lists.id"], name=op.f("fk_member_list_entries_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_member_list_entries_citizen_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("list_id", "citizen_id", name=op.f("pk_member_list_entries")),
    )
    op.create_index("ix_member_list_entries_citizen_id", "member_list_entries", ["citizen_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_member_list_entries_citizen_id", table_name="member_list_entries")
    op.drop_table("member_list_entries")
    op.drop_index("ix_member_lists_shop_id", table_name="member_lists")
    op.drop_table("member_lists")
    op.drop_column("products", "certifications")
    op.drop_column("products", "category")
    op.drop_index("ix_favourite_shops_shop_id", table_name="favourite_shops")
    op.drop_table("favourite_shops")
    op.drop_index("ix_citizen_codes_citizen_id", table_name="citizen_codes")
    op.drop_table("citizen_codes")
