"""Accounts, transactions, entries, balances and lots of the ledger.

Transactions and entries are append-only by trigger. On PostgreSQL a row trigger misses TRUNCATE, so there is
a statement trigger too; and a statement whose entries do not sum to zero for each transaction is refused.
(SQLite has no statement triggers; there the ledger's verifier and tests stand in.)
"""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ISSUANCE = uuid.UUID("00000000-0000-7000-8000-000000000001")
LAPSED = uuid.UUID("00000000-0000-7000-8000-000000000002")
OPENED_AT = datetime(2026, 1, 1, tzinfo=UTC)
APPEND_ONLY = ("points_transactions", "points_entries")


def upgrade() -> None:
    op.create_table(
        "points_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("slice_count", sa.SmallInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('issuance', 'funding', 'citizen', 'shop', 'lapsed')",
            name=op.f("ck_points_accounts_kind"),
        ),
        sa.CheckConstraint("slice_count BETWEEN 1 AND 64", name=op.f("ck_points_accounts_slice_count")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_accounts")),
    )
    op.create_table(
        "points_transactions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('fund', 'grant', 'spend', 'lapse')", name=op.f("ck_points_transactions_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_transactions")),
    )
    op.create_table(
        "points_balances",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("slice", sa.SmallInteger(), nullable=False),
        sa.Column("balance_points", sa.BigInteger(), nullable=False),
        sa.Column("may_overdraw", sa.Boolean(), nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.CheckConstraint(
            "balance_points >= 0 OR may_overdraw", name=op.f("ck_points_balances_balance_points")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_accounts.id"], name=op.f("fk_points_balances_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "slice", name=op.f("pk_points_balances")),
        # Rows that are updated in place: room on the page spares every index a new entry.
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "points_lots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("funding_account_id", sa.Uuid(), nullable=False),
        sa.Column("granted_points", sa.BigInteger(), nullable=False),
        sa.Column("remaining_points", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spendable_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_points_lots_expires_at")),
        sa.CheckConstraint("granted_points > 0", name=op.f("ck_points_lots_granted_points")),
        sa.CheckConstraint(
            "remaining_points BETWEEN 0 AND granted_points", name=op.f("ck_points_lots_remaining_points")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_accounts.id"], name=op.f("fk_points_lots_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["points_transactions.id"], name=op.f("fk_points_lots_transaction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_lots")),
    )
    op.create_index(
        "ix_points_lots_open",
        "points_lots",
        ["account_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("remaining_points > 0"),
        sqlite_where=sa.text("remaining_points > 0"),
    )
    op.create_index(
        "ix_points_lots_pending",
        "points_lots",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("spendable_at IS NOT NULL AND remaining_points > 0"),
        sqlite_where=sa.text("spendable_at IS NOT NULL AND remaining_points > 0"),
    )
    op.create_table(
        "points_entries",
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("slice", sa.SmallInteger(), nullable=False),
        sa.Column("amount_points", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_points <> 0", name=op.f("ck_points_entries_amount_points")),
        sa.ForeignKeyConstraint(
            ["account_id", "slice"],
            ["points_balances.account_id", "points_balances.slice"],
            name=op.f("fk_points_entries_account_id_slice"),
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["points_transactions.id"], name=op.f("fk_points_entries_transaction_id")
        ),
        sa.PrimaryKeyConstraint("transaction_id", "position", name=op.f("pk_points_entries")),
    )
    op.create_index(
        "ix_points_entries_account_id_transaction_id",
        "points_entries",
        ["account_id", "transaction_id"],
        unique=False,
    )
    open_the_two_ends()
    if op.get_bind().dialect.name == "postgresql":
        guard_on_postgresql()
    else:
        guard_on_sqlite()


def downgrade() -> None:
    op.drop_index("ix_points_entries_account_id_transaction_id", table_name="points_entries")
    op.drop_table("points_entries")
    op.drop_index(
        "ix_points_lots_pending",
        table_name="points_lots",
        postgresql_where=sa.text("spendable_at IS NOT NULL AND remaining_points > 0"),
        sqlite_where=sa.text("spendable_at IS NOT NULL AND remaining_points > 0"),
    )
    op.drop_index(
        "ix_points_lots_open",
        table_name="points_lots",
        postgresql_where=sa.text("remaining_points > 0"),
        sqlite_where=sa.text("remaining_points > 0"),
    )
    op.drop_table("points_lots")
    op.drop_table("points_balances")
    op.drop_table("points_transactions")
    op.drop_table("points_accounts")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION points_refuse_change(), points_refuse_imbalance()")


def open_the_two_ends() -> None:
    """The account all points come from, which alone may go below zero, and the one that takes what lapses."""
    accounts = sa.table(
        "points_accounts",
        sa.column("id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("slice_count", sa.SmallInteger()),
        sa.column("opened_at", sa.DateTime(timezone=True)),
    )
    balances = sa.table(
        "points_balances",
        sa.column("account_id", sa.Uuid()),
        sa.column("slice", sa.SmallInteger()),
        sa.column("balance_points", sa.BigInteger()),
        sa.column("may_overdraw", sa.Boolean()),
    )
    for account_id, kind in ((ISSUANCE, "issuance"), (LAPSED, "lapsed")):
        op.bulk_insert(accounts, [{"id": account_id, "kind": kind, "slice_count": 1, "opened_at": OPENED_AT}])
        row = {"account_id": account_id, "slice": 0, "balance_points": 0, "may_overdraw": kind == "issuance"}
        op.bulk_insert(balances, [row])


def guard_on_postgresql() -> None:
    op.execute("""
        CREATE FUNCTION points_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
    """)
    op.execute("""
        CREATE FUNCTION points_refuse_imbalance() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM added GROUP BY transaction_id HAVING sum(amount_points) <> 0) THEN
                RAISE EXCEPTION 'entries of a transaction do not sum to zero'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$
    """)
    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION points_refuse_change()"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER points_entries_sum_to_zero AFTER INSERT ON points_entries"
        " REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_imbalance()"
    )


def guard_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
