"""Procrastinate's tables, in a schema of their own: on PostgreSQL only, for workers on several machines.

As version 3.10 ships them. A newer version's changes enter by a migration of ours (docs/decisions/0034-job-queue.md).
"""

from importlib import resources

from alembic import op

revision = "0030"
down_revision = "0029"

SCHEMA = "procrastinate"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(f"CREATE SCHEMA {SCHEMA}")
    # Nothing in it names a schema, so all of it lands in the first one of the path.
    op.execute(f"SELECT set_config('search_path', '{SCHEMA},' || current_setting('search_path'), true)")
    statements = (resources.files("procrastinate.sql") / "schema.sql").read_text(encoding="utf-8")
    # By the driver itself, which takes many statements at once, and a percent sign for what it is.
    op.get_bind().connection.driver_connection.execute(statements)
    op.execute(
        f"SELECT set_config('search_path', substr(current_setting('search_path'), {len(SCHEMA) + 2}), true)"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
