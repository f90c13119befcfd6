"""Devices that are browsers: their target is a web push subscription, an address and two keys."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

KINDS_BEFORE = "target_kind IN ('fcm_token', 'fid')"
KINDS = "target_kind IN ('fcm_token', 'fid', 'web_push')"


def upgrade() -> None:
    change(KINDS, sa.String(length=512), sa.String(length=1200))


def downgrade() -> None:
    """Browsers, and what is on its way to them, are forgotten: they register anew at their next start."""
    op.execute(
        "DELETE FROM deliveries WHERE device_id IN (SELECT id FROM devices WHERE target_kind = 'web_push')"
    )
    op.execute("DELETE FROM devices WHERE target_kind = 'web_push'")
    change(KINDS_BEFORE, sa.String(length=1200), sa.String(length=512))


def change(kinds: str, length_before: sa.String, length: sa.String) -> None:
    """On PostgreSQL the longer text costs no rewriting; the check reads each device once."""
    with op.batch_alter_table("devices") as batch:
        batch.alter_column("target", existing_type=length_before, type_=length, existing_nullable=False)
        batch.drop_constraint(op.f("ck_devices_target_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_devices_target_kind"), kinds)
