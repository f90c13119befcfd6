"""Templates, messages and their decisions; shards and recipients of what is being sent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "message_templates",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("titles", JSON, nullable=False),
        sa.Column("bodies", JSON, nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("drafted_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(status = 'draft') = (approved_at IS NULL)", name=op.f("ck_message_templates_approved_at")
        ),
        sa.CheckConstraint(
            "purpose IN ('push_city', 'push_shops', 'push_disaster')",
            name=op.f("ck_message_templates_purpose"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'approved', 'retired')", name=op.f("ck_message_templates_status")
        ),
        sa.CheckConstraint(
            "approved_by_staff_id <> drafted_by_staff_id", name=op.f("ck_message_templates_second_person")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_message_templates_version")),
        sa.ForeignKeyConstraint(
            ["approved_by_staff_id"], ["staff.id"], name=op.f("fk_message_templates_approved_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_staff_id"], ["staff.id"], name=op.f("fk_message_templates_drafted_by_staff_id")
        ),
        sa.PrimaryKeyConstraint("slug", "version", name=op.f("pk_message_templates")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("template_slug", sa.String(length=40), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("audience", JSON, nullable=False),
        sa.Column("link", sa.String(length=200), nullable=True),
        sa.Column("attachment_kind", sa.String(length=12), nullable=True),
        sa.Column("attachment", sa.String(length=64), nullable=True),
        sa.Column("send_at", MOMENT, nullable=False),
        sa.Column("send_until", MOMENT, nullable=False),
        sa.Column("spread_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("ttl_seconds", sa.Integer(), nullable=False),
        sa.Column("collapse_key", sa.String(length=64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("drafted_by_staff_id", sa.Uuid(), nullable=False),
        sa.Column("approved_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("heard_before", sa.Integer(), nullable=False),
        sa.Column("recipient_count", sa.Integer(), nullable=False),
        sa.Column("left_unknown", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(purpose = 'push_shops') = (shop_id IS NOT NULL)", name=op.f("ck_messages_shop_id")
        ),
        sa.CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name=op.f("ck_messages_done_at")),
        sa.CheckConstraint(
            "(status IN ('sending', 'stopped', 'done')) = (started_at IS NOT NULL)",
            name=op.f("ck_messages_started_at"),
        ),
        sa.CheckConstraint(
            "attachment_kind IN ('offer', 'campaign', 'reward_code')",
            name=op.f("ck_messages_attachment_kind"),
        ),
        sa.CheckConstraint(
            "purpose = 'push_disaster' OR approved_by_staff_id IS NULL OR approved_by_staff_id <> drafted_by_staff_id",
            name=op.f("ck_messages_second_person"),
        ),
        sa.CheckConstraint(
            "purpose IN ('push_city', 'push_shops', 'push_disaster')", name=op.f("ck_messages_purpose")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'review', 'approved', 'scheduled', 'sending', 'stopped', 'done', 'cancelled')",
            name=op.f("ck_messages_status"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'review', 'cancelled') OR approved_at IS NOT NULL",
            name=op.f("ck_messages_approved_at"),
        ),
        sa.CheckConstraint(
            "(attachment_kind IS NULL) = (attachment IS NULL)", name=op.f("ck_messages_attachment")
        ),
        sa.CheckConstraint("send_until > send_at", name=op.f("ck_messages_send_until")),
        sa.CheckConstraint("spread_minutes BETWEEN 0 AND 720", name=op.f("ck_messages_spread_minutes")),
        sa.CheckConstraint("ttl_seconds BETWEEN 60 AND 2419200", name=op.f("ck_messages_ttl_seconds")),
        sa.ForeignKeyConstraint(
            ["approved_by_staff_id"], ["staff.id"], name=op.f("fk_messages_approved_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_staff_id"], ["staff.id"], name=op.f("fk_messages_drafted_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_staff_id"], ["staff.id"], name=op.f("fk_messages_reviewed_by_staff_id")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_messages_shop_id")),
        sa.ForeignKeyConstraint(
            ["template_slug", "template_version"],
            ["message_templates.slug", "message_templates.version"],
            name=op.f("fk_messages_template_slug_template_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(
        "ix_messages_open",
        "messages",
        ["status", "send_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('scheduled', 'sending')"),
        sqlite_where=sa.text("status IN ('scheduled', 'sending')"),
    )
    op.create_index("ix_messages_shop_id_id", "messages", ["shop_id", "id"], unique=False)
    op.create_table(
        "message_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("from_status", sa.String(length=12), nullable=True),
        sa.Column("to_status", sa.String(length=12), nullable=False),
        sa.Column("by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_message_events_by_staff_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_events_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_events")),
    )
    op.create_index("ix_message_events_message_id_id", "message_events", ["message_id", "id"], unique=False)
    op.create_table(
        "message_shards",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_position", sa.Integer(), nullable=False),
        sa.Column("last_position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(status = 'leased') = (lease_until IS NOT NULL)", name=op.f("ck_message_shards_lease_until")
        ),
        sa.CheckConstraint("status IN ('waiting', 'leased', 'done')", name=op.f("ck_message_shards_status")),
        sa.CheckConstraint("last_position >= first_position", name=op.f("ck_message_shards_positions")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_shards_message_id")),
        sa.PrimaryKeyConstraint("message_id", "number", name=op.f("pk_message_shards")),
    )
    op.create_index(
        "ix_message_shards_open",
        "message_shards",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("status IN ('waiting', 'leased')"),
        sqlite_where=sa.text("status IN ('waiting', 'leased')"),
    )
    op.create_table(
        "message_recipients",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("failure", sa.String(length=40), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'sending', 'accepted', 'inbox_only', 'dropped', 'retired', 'failed', 'unknown')",
            name=op.f("ck_message_recipients_status"),
        ),
        sa.PrimaryKeyConstraint("message_id", "position", name=op.f("pk_message_recipients")),
    )
    op.create_index("ix_message_recipients_citizen_id", "message_recipients", ["citizen_id"], unique=False)


def downgrade() -> None:
    op.drop_table("message_recipients")
    op.drop_table("message_shards")
    op.drop_table("message_events")
    op.drop_table("messages")
    op.drop_table("message_templates")
