"""Devices know the session in which they were registered: with its end they are forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """On PostgreSQL the empty column costs no rewriting. It fills as apps are started."""
    with op.batch_alter_table("devices") as batch:
        batch.add_column(sa.Column("session_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_devices_session_id"),
            "citizen_sessions",
            ["session_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch.create_index("ix_devices_session_id", ["session_id"])


def downgrade() -> None:
    with op.batch_alter_table("devices") as batch:
        batch.drop_index("ix_devices_session_id")
        batch.drop_constraint(op.f("fk_devices_session_id"), type_="foreignkey")
        batch.drop_column("session_id")
