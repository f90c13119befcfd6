"""Descriptions of audiences that are kept to be used again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "saved_audiences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("made_by_staff_id", sa.Uuid(), nullable=False),
        sa.Column("changed_by_staff_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_staff_id"], ["staff.id"], name=op.f("fk_saved_audiences_changed_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_staff_id"], ["staff.id"], name=op.f("fk_saved_audiences_made_by_staff_id")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_saved_audiences_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_audiences")),
    )
    op.create_index(
        "uq_saved_audiences_shop",
        "saved_audiences",
        ["shop_id", "name"],
        unique=True,
        postgresql_where=sa.text("shop_id IS NOT NULL"),
        sqlite_where=sa.text("shop_id IS NOT NULL"),
    )
    op.create_index(
        "uq_saved_audiences_city",
        "saved_audiences",
        ["name"],
        unique=True,
        postgresql_where=sa.text("shop_id IS NULL"),
        sqlite_where=sa.text("shop_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("saved_audiences")
