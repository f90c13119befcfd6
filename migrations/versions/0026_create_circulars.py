"""Circulars, what inbox copies say of them; quiet hours and choices of citizens, pushes counted by day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "circulars",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=True),
        sa.Column("sender_names", JSON, nullable=False),
        sa.Column("titles", JSON, nullable=False),
        sa.Column("bodies", JSON, nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("link", sa.String(length=200), nullable=True),
        sa.Column("attachment_kind", sa.String(length=12), nullable=True),
        sa.Column("attachment", sa.String(length=64), nullable=True),
        sa.Column("attachment_titles", JSON, nullable=True),
        sa.Column("collapse_key", sa.String(length=64), nullable=False),
        sa.Column("ttl_seconds", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(purpose = 'push_shops') = (shop_id IS NOT NULL)", name=op.f("ck_circulars_shop_id")
        ),
        sa.CheckConstraint(
            "attachment_kind IN ('offer', 'campaign', 'reward_code')",
            name=op.f("ck_circulars_attachment_kind"),
        ),
        sa.CheckConstraint(
            "purpose IN ('push_city', 'push_shops', 'push_disaster')", name=op.f("ck_circulars_purpose")
        ),
        sa.CheckConstraint(
            "(attachment_kind IS NULL) = (attachment IS NULL)", name=op.f("ck_circulars_attachment")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_circulars_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulars")),
    )
    op.create_table(
        "circular_counts",
        sa.Column("circular_id", sa.Uuid(), nullable=False),
        sa.Column("slice", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("tapped", sa.Integer(), nullable=False),
        sa.CheckConstraint("opened >= 0 AND tapped >= 0", name=op.f("ck_circular_counts_counts")),
        sa.ForeignKeyConstraint(
            ["circular_id"], ["circulars.id"], name=op.f("fk_circular_counts_circular_id")
        ),
        sa.PrimaryKeyConstraint("circular_id", "slice", name=op.f("pk_circular_counts")),
    )
    op.create_table(
        "notice_preferences",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("quiet_from", sa.SmallInteger(), nullable=False),
        sa.Column("quiet_until", sa.SmallInteger(), nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439",
            name=op.f("ck_notice_preferences_quiet"),
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_notice_preferences_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_notice_preferences")),
    )
    op.create_table(
        "notice_choices",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('interest', 'muted_category', 'muted_trigger', 'muted_shop')",
            name=op.f("ck_notice_choices_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_notice_choices_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "kind", "subject", name=op.f("pk_notice_choices")),
    )
    op.create_table(
        "push_counts",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("city_count", sa.SmallInteger(), nullable=False),
        sa.Column("shops_count", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("city_count >= 0 AND shops_count >= 0", name=op.f("ck_push_counts_counts")),
        sa.PrimaryKeyConstraint("citizen_id", "on", name=op.f("pk_push_counts")),
    )
    op.create_index("ix_push_counts_on", "push_counts", ["on"])
    op.add_column("notices", sa.Column("circular_id", sa.Uuid(), nullable=True))
    op.add_column("notices", sa.Column("expires_at", MOMENT, nullable=True))
    op.add_column("notices", sa.Column("dedupe_key", sa.String(length=100), nullable=True))
    op.create_index(
        "uq_notices_dedupe_key",
        "notices",
        ["citizen_id", "dedupe_key"],
        unique=True,
        postgresql_where=sa.text("dedupe_key IS NOT NULL"),
        sqlite_where=sa.text("dedupe_key IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_notices_dedupe_key", table_name="notices")
    op.drop_column("notices", "dedupe_key")
    op.drop_column("notices", "expires_at")
    op.drop_column("notices", "circular_id")
    op.drop_table("push_counts")
    op.drop_table("notice_choices")
    op.drop_table("notice_preferences")
    op.drop_table("circular_counts")
    op.drop_table("circulars")
