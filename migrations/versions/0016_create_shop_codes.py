"""Codes of shops' posters, and the payment stickers that shops registered."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

MOMENT = sa.DateTime(timezone=True)
LINKED = sa.text("unlinked_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "shop_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("digits", sa.String(length=13), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("issued_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("revoked_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_reason IS NULL)", name=op.f("ck_shop_codes_revoked_reason")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shop_codes_shop_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["shop_codes.id"], name=op.f("fk_shop_codes_replaces_id")),
        sa.ForeignKeyConstraint(
            ["issued_by_staff_id"], ["staff.id"], name=op.f("fk_shop_codes_issued_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_staff_id"], ["staff.id"], name=op.f("fk_shop_codes_revoked_by_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_codes")),
        sa.UniqueConstraint("digits", name=op.f("uq_shop_codes_digits")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_shop_codes_replaces_id")),
    )
    op.create_index("ix_shop_codes_shop_id", "shop_codes", ["shop_id"])
    op.create_table(
        "shop_stickers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.String(length=29), nullable=False),
        sa.Column("name_on_sticker", sa.String(length=99), nullable=False),
        sa.Column("registered_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", MOMENT, nullable=False),
        sa.Column("unlinked_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("unlinked_at", MOMENT, nullable=True),
        sa.Column("unlinked_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(unlinked_at IS NULL) = (unlinked_reason IS NULL)", name=op.f("ck_shop_stickers_unlinked_reason")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shop_stickers_shop_id")),
        sa.ForeignKeyConstraint(
            ["registered_by_staff_id"], ["staff.id"], name=op.f("fk_shop_stickers_registered_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["unlinked_by_staff_id"], ["staff.id"], name=op.f("fk_shop_stickers_unlinked_by_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_stickers")),
    )
    op.create_index("ix_shop_stickers_shop_id", "shop_stickers", ["shop_id"])
    op.create_index(
        "uq_shop_stickers_store_id",
        "shop_stickers",
        ["store_id"],
        unique=True,
        postgresql_where=LINKED,
        sqlite_where=LINKED,
    )


def downgrade() -> None:
    op.drop_index("uq_shop_stickers_store_id", table_name="shop_stickers")
    op.drop_index("ix_shop_stickers_shop_id", table_name="shop_stickers")
    op.drop_table("shop_stickers")
    op.drop_index("ix_shop_codes_shop_id", table_name="shop_codes")
    op.drop_table("shop_codes")
