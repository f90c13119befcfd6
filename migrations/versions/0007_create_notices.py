"""Devices, notices, deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.String(length=64), nullable=False),
        sa.Column("platform", sa.String(length=8), nullable=False),
        sa.Column("target_kind", sa.String(length=12), nullable=False),
        sa.Column("target", sa.String(length=512), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("platform IN ('android', 'ios', 'web')", name=op.f("ck_devices_platform")),
        sa.CheckConstraint("target_kind IN ('fcm_token', 'fid')", name=op.f("ck_devices_target_kind")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_devices_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("installation_id", name=op.f("uq_devices_installation_id")),
        sa.UniqueConstraint("target_kind", "target", name=op.f("uq_devices_target_kind_target")),
    )
    op.create_index("ix_devices_citizen_id", "devices", ["citizen_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_notices_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_citizen_id_id", "notices", ["citizen_id", "id"], unique=False)
    op.create_index(
        "ix_notices_unread",
        "notices",
        ["citizen_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
        sqlite_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "deliveries",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'sending', 'accepted', 'retired', 'failed', 'unknown')",
            name=op.f("ck_deliveries_status"),
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("fk_deliveries_device_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_deliveries_notice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("notice_id", "device_id", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_device_id", "deliveries", ["device_id"], unique=False)
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("status IN ('waiting', 'sending')"),
        sqlite_where=sa.text("status IN ('waiting', 'sending')"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_deliveries_waiting",
        table_name="deliveries",
        postgresql_where=sa.text("status IN ('waiting', 'sending')"),
        sqlite_where=sa.text("status IN ('waiting', 'sending')"),
    )
    op.drop_index("ix_deliveries_device_id", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index(
        "ix_notices_unread",
        table_name="notices",
        postgresql_where=sa.text("read_at IS NULL"),
        sqlite_where=sa.text("read_at IS NULL"),
    )
    op.drop_index("ix_notices_citizen_id_id", table_name="notices")
    op.drop_table("notices")
    op.drop_index("ix_devices_citizen_id", table_name="devices")
    op.drop_table("devices")
