"""What changed, for phones that keep a copy: a log that the database itself writes, and numbers on notices.

A number says in which transaction something changed: PostgreSQL's own number of it; on SQLite, which has one
writer, a counter. Of what is tracked the log has one row a thing, the last change. Notices come with every
purchase and are not logged: they carry the number themselves.
"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

# Table, kind of change, column with the id of what changed, columns that matter (none: all).
TRACKED = (
    ("shops", "shops", "id", ()),
    # What the documents of its products and offers say of a shop.
    ("shops", "shop_cards", "id", ("status", "name_ja", "name_en", "district")),
    ("shop_hours", "shops", "shop_id", ()),
    ("shop_tags", "shops", "shop_id", ()),
    ("products", "products", "id", ()),
    ("offers", "offers", "id", ()),
    ("offer_shops", "offers", "offer_id", ()),
    ("offer_tags", "offers", "offer_id", ()),
    ("offer_photos", "offers", "offer_id", ()),
    ("campaigns", "campaigns", "id", ()),
    ("member_lists", "member_lists", "id", ()),
)
# The same of one citizen's own things: table, kind, column, events.
OWN = (
    ("saved_offers", "offers", "offer_id", ("insert", "delete")),
    ("member_list_entries", "member_lists", "list_id", ("insert", "delete")),
    ("notices", "notices", "id", ("delete",)),
)
EVENTS = ("insert", "update", "delete")
UNREAD, READ = sa.text("read_at IS NULL"), sa.text("read_at IS NOT NULL")
PUBLISHED = sa.text("status = 'published'")
PG_NUMBER = "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)"
SQLITE_NUMBER = "(SELECT number FROM change_counters)"
SQLITE_COUNT = "UPDATE change_counters SET number = number + 1"
SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
NOTICE_DIFFERS = " OR ".join(f"OLD.{column} {{0}} NEW.{column}" for column in ("kind", "params", "read_at"))


def upgrade() -> None:
    create_tables()
    number_notices()
    # What the clock alone brings about is found by it.
    op.create_index(
        "ix_offers_displayed_from",
        "offers",
        ["displayed_from"],
        postgresql_where=PUBLISHED,
        sqlite_where=PUBLISHED,
    )
    if op.get_context().dialect.name == "postgresql":
        create_functions()
        track_on_postgresql()
    else:
        track_on_sqlite()


def create_tables() -> None:
    counters = op.create_table(
        "change_counters",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_counters_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_counters")),
    )
    op.bulk_insert(counters, [{"id": 1, "epoch": uuid.uuid4(), "number": 0}])
    op.create_table(
        "changes",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("changed_in", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_changes")),
    )
    op.create_index("ix_changes_changed_in", "changes", ["changed_in"])
    op.create_table(
        "own_changes",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("changed_in", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_own_changes_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "kind", "subject_id", name=op.f("pk_own_changes")),
    )


def number_notices() -> None:
    """What is there already is older than every cursor. On PostgreSQL the default comes second: a first one that
    must be computed would copy the whole table."""
    op.add_column(
        "notices", sa.Column("changed_in", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("notices", "changed_in", server_default=sa.text(PG_NUMBER))
    op.drop_index("ix_notices_unread", table_name="notices")
    for name, where in (("ix_notices_unread", UNREAD), ("ix_notices_read", READ)):
        op.create_index(
            name, "notices", ["citizen_id", "changed_in"], postgresql_where=where, sqlite_where=where
        )


def create_functions() -> None:
    """Of two transactions that change the same thing the later may have the smaller number. It was under way when the
    other ended, so no mark from before lies above it."""
    op.execute(f"""
        CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            subject uuid;
        BEGIN
            IF TG_OP = 'DELETE' THEN
                EXECUTE format('SELECT ($1).%I', TG_ARGV[1]) INTO subject USING OLD;
            ELSE
                EXECUTE format('SELECT ($1).%I', TG_ARGV[1]) INTO subject USING NEW;
            END IF;
            INSERT INTO changes (kind, subject_id, changed_in, changed_at)
            VALUES (TG_ARGV[0], subject, {PG_NUMBER}, clock_timestamp())
            ON CONFLICT (kind, subject_id) DO UPDATE SET
                changed_in = excluded.changed_in, changed_at = excluded.changed_at;
            RETURN NULL;
        END $$
    """)  # noqa: S608 (constants)
    # When the citizen is deleted, their things go with them, and nobody is left to be told.
    op.execute(f"""
        CREATE FUNCTION note_own_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            subject uuid;
            citizen uuid;
        BEGIN
            IF TG_OP = 'DELETE' THEN
                EXECUTE format('SELECT ($1).%I', TG_ARGV[1]) INTO subject USING OLD;
                citizen := OLD.citizen_id;
            ELSE
                EXECUTE format('SELECT ($1).%I', TG_ARGV[1]) INTO subject USING NEW;
                citizen := NEW.citizen_id;
            END IF;
            INSERT INTO own_changes (citizen_id, kind, subject_id, changed_in, changed_at)
            SELECT citizen, TG_ARGV[0], subject, {PG_NUMBER}, clock_timestamp()
            WHERE EXISTS (SELECT 1 FROM citizens WHERE id = citizen)
            ON CONFLICT (citizen_id, kind, subject_id) DO UPDATE SET
                changed_in = excluded.changed_in, changed_at = excluded.changed_at;
            RETURN NULL;
        END $$
    """)  # noqa: S608 (constants)
    op.execute(f"""
        CREATE FUNCTION number_notice() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.changed_in := {PG_NUMBER};
            RETURN NEW;
        END $$
    """)


def track_on_postgresql() -> None:
    for table, kind, column, columns in TRACKED:
        for event in EVENTS:
            happening = f"UPDATE OF {', '.join(columns)}" if columns and event == "update" else event.upper()
            op.execute(
                f"CREATE TRIGGER {table}_note_{kind}_{event} AFTER {happening} ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION note_change('{kind}', '{column}')"
            )
    for table, kind, column, events in OWN:
        for event in events:
            op.execute(
                f"CREATE TRIGGER {table}_note_{kind}_{event} AFTER {event.upper()} ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION note_own_change('{kind}', '{column}')"
            )
    op.execute(
        "CREATE TRIGGER notices_number_update BEFORE UPDATE ON notices FOR EACH ROW"
        f" WHEN ({NOTICE_DIFFERS.format('IS DISTINCT FROM')}) EXECUTE FUNCTION number_notice()"
    )


def track_on_sqlite() -> None:
    for table, kind, column, columns in TRACKED:
        for event in EVENTS:
            happening = f"UPDATE OF {', '.join(columns)}" if columns and event == "update" else event.upper()
            row = "OLD" if event == "delete" else "NEW"
            op.execute(
                f"CREATE TRIGGER {table}_note_{kind}_{event} AFTER {happening} ON {table} BEGIN"  # noqa: S608 (constants)
                f" {SQLITE_COUNT};"
                " INSERT INTO changes (kind, subject_id, changed_in, changed_at)"
                f" VALUES ('{kind}', {row}.{column}, {SQLITE_NUMBER}, {SQLITE_NOW})"
                " ON CONFLICT (kind, subject_id) DO UPDATE SET"
                " changed_in = excluded.changed_in, changed_at = excluded.changed_at; END"
            )
    for table, kind, column, events in OWN:
        for event in events:
            row = "OLD" if event == "delete" else "NEW"
            op.execute(
                f"CREATE TRIGGER {table}_note_{kind}_{event} AFTER {event.upper()} ON {table} BEGIN"  # noqa: S608
                f" {SQLITE_COUNT};"
                " INSERT INTO own_changes (citizen_id, kind, subject_id, changed_in, changed_at)"
                f" SELECT {row}.citizen_id, '{kind}', {row}.{column}, {SQLITE_NUMBER}, {SQLITE_NOW}"
                f" WHERE EXISTS (SELECT 1 FROM citizens WHERE id = {row}.citizen_id)"
                " ON CONFLICT (citizen_id, kind, subject_id) DO UPDATE SET"
                " changed_in = excluded.changed_in, changed_at = excluded.changed_at; END"
            )
    number = f"{SQLITE_COUNT}; UPDATE notices SET changed_in = {SQLITE_NUMBER} WHERE id = NEW.id"  # noqa: S608 (constants)
    op.execute(f"CREATE TRIGGER notices_number_insert AFTER INSERT ON notices BEGIN {number}; END")
    op.execute(
        "CREATE TRIGGER notices_number_update AFTER UPDATE OF kind, params, read_at ON notices"
        f" WHEN {NOTICE_DIFFERS.format('IS NOT')} BEGIN {number}; END"
    )


def downgrade() -> None:
    is_postgresql = op.get_context().dialect.name == "postgresql"
    triggers = [(table, f"{table}_note_{kind}_{event}") for table, kind, *_ in TRACKED for event in EVENTS]
    triggers += [
        (table, f"{table}_note_{kind}_{event}") for table, kind, _, events in OWN for event in events
    ]
    triggers += [("notices", "notices_number_update")]
    triggers += [] if is_postgresql else [("notices", "notices_number_insert")]
    for table, name in triggers:
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if is_postgresql else ""))
    if is_postgresql:
        for name in ("note_change", "note_own_change", "number_notice"):
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_index("ix_offers_displayed_from", table_name="offers")
    op.drop_index("ix_notices_read", table_name="notices")
    op.drop_index("ix_notices_unread", table_name="notices")
    op.drop_column("notices", "changed_in")
    op.create_index(
        "ix_notices_unread", "notices", ["citizen_id"], postgresql_where=UNREAD, sqlite_where=UNREAD
    )
    op.drop_table("own_changes")
    op.drop_index("ix_changes_changed_in", table_name="changes")
    op.drop_table("changes")
    op.drop_table("change_counters")
