"""The index of messages a worker looks for: stopped ones too, and said so that SQLite uses it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

NAME, TABLE, COLUMNS = "ix_messages_open", "messages", ["status", "send_at"]


def upgrade() -> None:
    replace_index("status = 'scheduled' OR status = 'sending' OR status = 'stopped'")


def downgrade() -> None:
    replace_index("status IN ('scheduled', 'sending')")


def replace_index(condition: str) -> None:
    op.drop_index(NAME, TABLE)
    where = sa.text(condition)
    op.create_index(NAME, TABLE, COLUMNS, postgresql_where=where, sqlite_where=where)
