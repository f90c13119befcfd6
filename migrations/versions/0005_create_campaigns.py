"""Campaigns and their counters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "campaign_revisions",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_campaign_revisions_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_revisions")),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("is_base_programme", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("descriptions", JSON, nullable=False),
        sa.Column("rule", JSON, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifetime_days", sa.SmallInteger(), nullable=False),
        sa.Column("budget_points", sa.BigInteger(), nullable=False),
        sa.Column("funding_account_id", sa.Uuid(), nullable=True),
        sa.Column("budget_exhausted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'approved', 'ended')", name=op.f("ck_campaigns_status")),
        sa.CheckConstraint(
            "approved_by_staff_id <> created_by_staff_id", name=op.f("ck_campaigns_approved_by_another")
        ),
        sa.CheckConstraint("budget_points BETWEEN 1 AND 1000000000", name=op.f("ck_campaigns_budget_points")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_campaigns_ends_at")),
        sa.CheckConstraint("lifetime_days BETWEEN 1 AND 1826", name=op.f("ck_campaigns_lifetime_days")),
        sa.ForeignKeyConstraint(
            ["approved_by_staff_id"], ["staff.id"], name=op.f("fk_campaigns_approved_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_staff_id"], ["staff.id"], name=op.f("fk_campaigns_created_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["funding_account_id"], ["points_accounts.id"], name=op.f("fk_campaigns_funding_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("slug", name=op.f("uq_campaigns_slug")),
    )
    op.create_index("ix_campaigns_status", "campaigns", ["status"], unique=False)
    op.create_table(
        "campaign_counters",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("awarded_points", sa.BigInteger(), nullable=False),
        sa.Column("award_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("awarded_points >= 0", name=op.f("ck_campaign_counters_awarded_points")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_accounts.id"], name=op.f("fk_campaign_counters_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "counted_on", "campaign_id", name=op.f("pk_campaign_counters")),
    )
    revisions = sa.table(
        "campaign_revisions", sa.column("id", sa.SmallInteger()), sa.column("revision", sa.BigInteger())
    )
    op.bulk_insert(revisions, [{"id": 1, "revision": 1}])


def downgrade() -> None:
    op.drop_table("campaign_counters")
    op.drop_index("ix_campaigns_status", table_name="campaigns")
    op.drop_table("campaigns")
    op.drop_table("campaign_revisions")
