"""Alembic's entry: `meguri db …` hands over the engine; `alembic` alone reads DATABASE_URL."""

from alembic import context

import backend.app  # noqa: F401 (its faces know every table)
from backend.base.database import Base, Database
from backend.config import read_settings

engine = context.config.attributes.get("engine") or Database(read_settings().database_url).engine

with engine.connect() as connection:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # A table that is copied to be changed is dropped under its old name: outside of any transaction, or unheard.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        transaction_per_migration=True,
        # Check constraints are compared by name; the default plugins would miss a forgotten one.
        autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if is_sqlite:
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = ON")
        if broken := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"rows refer to rows that are not there: {broken[:5]}")
