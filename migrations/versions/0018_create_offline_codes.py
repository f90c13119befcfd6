"""Keys with which phones make codes without a network, and which of those codes were used."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "offline_code_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("installation_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=7), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("spend_max_points", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.CheckConstraint("spend_max_points >= 0", name=op.f("ck_offline_code_keys_spend_max_points")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_offline_code_keys_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["citizen_sessions.id"],
            name=op.f("fk_offline_code_keys_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offline_code_keys")),
        sa.UniqueConstraint("number", name=op.f("uq_offline_code_keys_number")),
    )
    for column in ("citizen_id", "session_id", "installation_id"):
        op.create_index(f"ix_offline_code_keys_{column}", "offline_code_keys", [column])
    op.create_table(
        "offline_code_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["offline_code_keys.id"],
            name=op.f("fk_offline_code_uses_key_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offline_code_uses")),
        sa.UniqueConstraint("key_id", "step", name=op.f("uq_offline_code_uses_key_id_step")),
    )


def downgrade() -> None:
    op.drop_table("offline_code_uses")
    for column in ("installation_id", "session_id", "citizen_id"):
        op.drop_index(f"ix_offline_code_keys_{column}", table_name="offline_code_keys")
    op.drop_table("offline_code_keys")
