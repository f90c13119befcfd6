"""Registers whose keys follow each other, bar codes that hold prices, discounts of lines, reconciliations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
FOLLOWING = ("successor_id", "first_key_id")


def upgrade() -> None:
    extend_api_keys()
    create_price_code_layouts()
    op.add_column("purchases", sa.Column("issuer_id", sa.Uuid(), nullable=True))
    # With its check in the same words on both databases: SQLite adds none later without copying the table.
    op.execute(
        "ALTER TABLE purchase_lines ADD COLUMN discount_yen BIGINT DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_purchase_lines_discount_yen CHECK (discount_yen BETWEEN 0 AND 9999999)"
    )
    create_reconciliations()


def downgrade() -> None:
    op.drop_index("ix_reconciliations_sold_on", table_name="reconciliations")
    op.drop_index("ix_reconciliations_shop_id_sold_on", table_name="reconciliations")
    op.drop_index("uq_reconciliations_current", table_name="reconciliations")
    op.drop_table("reconciliations")
    op.drop_column("purchase_lines", "discount_yen")
    op.drop_column("purchases", "issuer_id")
    op.drop_table("price_code_layouts")
    with op.batch_alter_table("api_keys") as batch:
        batch.drop_constraint(op.f("ck_api_keys_expires_at"), type_="check")
        batch.drop_constraint(op.f("uq_api_keys_successor_id"), type_="unique")
        for column in FOLLOWING:
            batch.drop_constraint(op.f(f"fk_api_keys_{column}"), type_="foreignkey")
        for column in ("expires_at", *FOLLOWING):
            batch.drop_column(column)


def extend_api_keys() -> None:
    with op.batch_alter_table("api_keys") as batch:
        batch.add_column(sa.Column("expires_at", MOMENT, nullable=True))
        for column in FOLLOWING:
            batch.add_column(sa.Column(column, sa.Uuid(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_api_keys_{column}"), "api_keys", [column], ["id"])
        batch.create_unique_constraint(op.f("uq_api_keys_successor_id"), ["successor_id"])
        batch.create_check_constraint(op.f("ck_api_keys_expires_at"), "expires_at >= created_at")


def create_price_code_layouts() -> None:
    op.create_table(
        "price_code_layouts",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(length=2), nullable=False),
        sa.Column("item_digits", sa.SmallInteger(), nullable=False),
        sa.Column("price_digits", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("price_digits IN (4, 5)", name=op.f("ck_price_code_layouts_price_digits")),
        sa.CheckConstraint(
            "item_digits + price_digits IN (9, 10)", name=op.f("ck_price_code_layouts_item_digits")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_price_code_layouts_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "prefix", name=op.f("pk_price_code_layouts")),
    )


def create_reconciliations() -> None:
    checks = {
        "version": "version >= 1",
        "stated": "stated_count >= 0 AND stated_yen >= 0",
        "recorded": "recorded_count >= 0 AND recorded_yen >= 0",
        "difference_count": "difference_count >= 0",
        "issuer_kind": "issuer_kind IN ('clerk', 'register')",
    }
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("stated_count", sa.Integer(), nullable=False),
        sa.Column("stated_yen", sa.BigInteger(), nullable=False),
        sa.Column("stated_rates", JSON, nullable=True),
        sa.Column("stated_sales", JSON, nullable=True),
        sa.Column("recorded_count", sa.Integer(), nullable=False),
        sa.Column("recorded_yen", sa.BigInteger(), nullable=False),
        sa.Column("difference_count", sa.Integer(), nullable=False),
        sa.Column("differences", JSON, nullable=False),
        sa.Column("issuer_kind", sa.String(length=8), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=True),
        *[
            sa.CheckConstraint(condition, name=op.f(f"ck_reconciliations_{name}"))
            for name, condition in checks.items()
        ],
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_reconciliations_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
        sa.UniqueConstraint(
            "till_id", "sold_on", "version", name=op.f("uq_reconciliations_till_id_sold_on_version")
        ),
    )
    newest = sa.text("replaced_at IS NULL")
    op.create_index(
        "uq_reconciliations_current",
        "reconciliations",
        ["till_id", "sold_on"],
        unique=True,
        postgresql_where=newest,
        sqlite_where=newest,
    )
    op.create_index("ix_reconciliations_shop_id_sold_on", "reconciliations", ["shop_id", "sold_on"])
    op.create_index("ix_reconciliations_sold_on", "reconciliations", ["sold_on"])
