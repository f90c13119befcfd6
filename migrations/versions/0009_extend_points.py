"""Holds, uses of lots, debts, budget lines, corrections by two, and the chain of seals.

SQLite copies a table to change its constraints and forgets its triggers: they are made again. Uses of lots and
seals are append-only like entries.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MOMENT = sa.DateTime(timezone=True)
KINDS = "'fund', 'grant', 'spend', 'lapse'"
MORE_KINDS = "'fund', 'release', 'grant', 'reclaim', 'spend', 'return', 'lapse', 'correct'"
PENDING = "spendable_at IS NOT NULL AND remaining_points > 0"
BOUND = "remaining_points > 0 AND (spendable_at IS NOT NULL OR held_points > 0)"
RETURNED_FROM = ("returned_from_transaction_id", "returned_from_lot_id")
APPEND_ONLY = ("points_lot_uses", "points_seals")


def upgrade() -> None:
    create_budget_lines()
    extend_lots()
    create_lot_uses()
    write_down_past_uses()
    create_holds()
    create_debts()
    create_corrections()
    create_seals()
    allow_kinds(MORE_KINDS)
    for table in APPEND_ONLY:
        refuse_changes(table)


def downgrade() -> None:
    allow_kinds(KINDS)
    op.drop_table("points_seals")
    op.drop_index("ix_points_corrections_status", table_name="points_corrections")
    op.drop_table("points_corrections")
    op.drop_index("ix_points_debts_open", table_name="points_debts")
    op.drop_table("points_debts")
    op.drop_table("points_hold_lots")
    op.drop_index("ix_points_holds_account_id", table_name="points_holds")
    op.drop_index("ix_points_holds_open", table_name="points_holds")
    op.drop_table("points_holds")
    op.drop_index("ix_points_lot_uses_lot_id", table_name="points_lot_uses")
    op.drop_table("points_lot_uses")
    op.drop_index("ix_points_lots_bound", table_name="points_lots")
    op.drop_index("ix_points_lots_transaction_id", table_name="points_lots")
    op.drop_index("ix_points_lots_returned", table_name="points_lots")
    for column in RETURNED_FROM:
        op.drop_column("points_lots", column)
    op.drop_column("points_lots", "held_points")
    op.create_index("ix_points_lots_pending", "points_lots", ["account_id"], **partial(PENDING))
    op.drop_column("points_accounts", "budget_line_id")
    op.drop_table("points_budget_lines")


def partial(condition: str) -> dict[str, sa.TextClause]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def create_budget_lines() -> None:
    op.create_table(
        "points_budget_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("kan", sa.String(length=60), nullable=False),
        sa.Column("kou", sa.String(length=60), nullable=False),
        sa.Column("moku", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("city_permille", sa.SmallInteger(), nullable=False),
        sa.Column("shop_permille", sa.SmallInteger(), nullable=False),
        sa.Column("chamber_permille", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "fiscal_year BETWEEN 2000 AND 2199", name=op.f("ck_points_budget_lines_fiscal_year")
        ),
        sa.CheckConstraint(
            "city_permille >= 0 AND shop_permille >= 0 AND chamber_permille >= 0"
            " AND city_permille + shop_permille + chamber_permille = 1000",
            name=op.f("ck_points_budget_lines_shares"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_budget_lines")),
        sa.UniqueConstraint(
            "fiscal_year",
            "kan",
            "kou",
            "moku",
            "name",
            name=op.f("uq_points_budget_lines_fiscal_year_kan_kou_moku_name"),
        ),
    )
    # With its foreign key in one clause, which SQLite can add without copying the table.
    op.execute(
        f"ALTER TABLE points_accounts ADD COLUMN budget_line_id {uuid_type()}"
        " CONSTRAINT fk_points_accounts_budget_line_id REFERENCES points_budget_lines (id)"
    )


def uuid_type() -> str:
    return "CHAR(32)" if is_sqlite() else "UUID"


def extend_lots() -> None:
    op.execute(
        "ALTER TABLE points_lots ADD COLUMN held_points BIGINT DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_points_lots_held_points CHECK (held_points BETWEEN 0 AND remaining_points)"
    )
    for column in RETURNED_FROM:
        op.add_column("points_lots", sa.Column(column, sa.Uuid(), nullable=True))
    op.create_index(
        "ix_points_lots_returned",
        "points_lots",
        [RETURNED_FROM[0]],
        **partial(f"{RETURNED_FROM[0]} IS NOT NULL"),
    )
    op.create_index("ix_points_lots_transaction_id", "points_lots", ["transaction_id"])
    op.drop_index("ix_points_lots_pending", table_name="points_lots")
    op.create_index("ix_points_lots_bound", "points_lots", ["account_id"], **partial(BOUND))


def create_lot_uses() -> None:
    op.create_table(
        "points_lot_uses",
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_points_lot_uses_points")),
        sa.ForeignKeyConstraint(["lot_id"], ["points_lots.id"], name=op.f("fk_points_lot_uses_lot_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["points_transactions.id"], name=op.f("fk_points_lot_uses_transaction_id")
        ),
        sa.PrimaryKeyConstraint("transaction_id", "lot_id", name=op.f("pk_points_lot_uses")),
    )
    op.create_index("ix_points_lot_uses_lot_id", "points_lot_uses", ["lot_id"])


def write_down_past_uses() -> None:
    """What was taken from lots so far, account by account: the lots that end first went with the first takings."""
    connection = op.get_bind()
    used = connection.execute(
        sa.text(
            "SELECT account_id, id, granted_points - remaining_points FROM points_lots"
            " WHERE remaining_points < granted_points ORDER BY account_id, expires_at, id"
        )
    )
    taken = connection.execute(
        sa.text(
            "SELECT e.account_id, e.transaction_id, -e.amount_points FROM points_entries AS e"
            " JOIN points_transactions AS t ON t.id = e.transaction_id"
            " JOIN points_accounts AS a ON a.id = e.account_id"
            " WHERE a.kind = 'citizen' AND e.amount_points < 0 AND t.kind IN ('spend', 'lapse')"
            " ORDER BY e.account_id, e.transaction_id"
        )
    )
    rows = match_takings(used.all(), taken.all())
    if rows:
        connection.execute(
            sa.text(
                "INSERT INTO points_lot_uses (transaction_id, lot_id, points)"
                " VALUES (:transaction_id, :lot_id, :points)"
            ),
            rows,
        )


def match_takings(used: Sequence[Sequence[Any]], taken: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Both in the order of their accounts, for each of which their points sum alike."""
    rows: list[dict[str, Any]] = []
    lots = iter(used)
    lot_id, left = None, 0
    for _account_id, transaction_id, points in taken:
        missing = points
        while missing:
            if not left:
                _, lot_id, left = next(lots)
            part = min(left, missing)
            rows.append({"transaction_id": transaction_id, "lot_id": lot_id, "points": part})
            left -= part
            missing -= part
    return rows


def create_holds() -> None:
    op.create_table(
        "points_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("to_account_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("posted_points", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "status IN ('held', 'posted', 'voided', 'expired')", name=op.f("ck_points_holds_status")
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_points_holds_points")),
        sa.CheckConstraint("posted_points BETWEEN 0 AND points", name=op.f("ck_points_holds_posted_points")),
        sa.CheckConstraint("(status = 'held') = (closed_at IS NULL)", name=op.f("ck_points_holds_closed_at")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_accounts.id"], name=op.f("fk_points_holds_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_account_id"], ["points_accounts.id"], name=op.f("fk_points_holds_to_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_holds")),
    )
    op.create_index("ix_points_holds_open", "points_holds", ["expires_at"], **partial("status = 'held'"))
    op.create_index("ix_points_holds_account_id", "points_holds", ["account_id"])
    op.create_table(
        "points_hold_lots",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_points_hold_lots_points")),
        sa.ForeignKeyConstraint(["hold_id"], ["points_holds.id"], name=op.f("fk_points_hold_lots_hold_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["points_lots.id"], name=op.f("fk_points_hold_lots_lot_id")),
        sa.PrimaryKeyConstraint("hold_id", "lot_id", name=op.f("pk_points_hold_lots")),
    )


def create_debts() -> None:
    op.create_table(
        "points_debts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("funding_account_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("incurred_points", sa.BigInteger(), nullable=False),
        sa.Column("owed_points", sa.BigInteger(), nullable=False),
        sa.Column("incurred_at", MOMENT, nullable=False),
        sa.CheckConstraint("incurred_points > 0", name=op.f("ck_points_debts_incurred_points")),
        sa.CheckConstraint(
            "owed_points BETWEEN 0 AND incurred_points", name=op.f("ck_points_debts_owed_points")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_accounts.id"], name=op.f("fk_points_debts_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["funding_account_id"], ["points_accounts.id"], name=op.f("fk_points_debts_funding_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_debts")),
    )
    op.create_index("ix_points_debts_open", "points_debts", ["account_id"], **partial("owed_points > 0"))


def create_corrections() -> None:
    op.create_table(
        "points_corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("funding_account_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("lifetime_days", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("proposed_by_staff_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decision_note", sa.String(length=400), nullable=True),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status IN ('proposed', 'carried_out', 'rejected')", name=op.f("ck_points_corrections_status")
        ),
        sa.CheckConstraint("points <> 0", name=op.f("ck_points_corrections_points")),
        sa.CheckConstraint(
            "lifetime_days BETWEEN 1 AND 1826", name=op.f("ck_points_corrections_lifetime_days")
        ),
        sa.CheckConstraint(
            "(points > 0) = (lifetime_days IS NOT NULL)",
            name=op.f("ck_points_corrections_lifetime_of_granted"),
        ),
        sa.CheckConstraint(
            "decided_by_staff_id <> proposed_by_staff_id",
            name=op.f("ck_points_corrections_decided_by_another"),
        ),
        sa.CheckConstraint(
            "(status = 'carried_out') = (transaction_id IS NOT NULL)",
            name=op.f("ck_points_corrections_transaction_id"),
        ),
        sa.CheckConstraint(
            "(status = 'proposed') = (decided_at IS NULL)", name=op.f("ck_points_corrections_decided_at")
        ),
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_points_corrections_{column}"))
            for column, target in (
                ("account_id", "points_accounts.id"),
                ("funding_account_id", "points_accounts.id"),
                ("proposed_by_staff_id", "staff.id"),
                ("decided_by_staff_id", "staff.id"),
                ("transaction_id", "points_transactions.id"),
            )
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_corrections")),
    )
    op.create_index("ix_points_corrections_status", "points_corrections", ["status"])


def create_seals() -> None:
    op.create_table(
        "points_seals",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_transaction_id", sa.Uuid(), nullable=False),
        sa.Column("transaction_count", sa.Integer(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_points_seals")),
        sa.UniqueConstraint("last_transaction_id", name=op.f("uq_points_seals_last_transaction_id")),
    )


def allow_kinds(kinds: str) -> None:
    name = op.f("ck_points_transactions_kind")
    with op.batch_alter_table("points_transactions") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"kind IN ({kinds})")
    if is_sqlite():
        refuse_changes("points_transactions")


def refuse_changes(table: str) -> None:
    for event in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}"
            + (
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                if is_sqlite()
                else " FOR EACH ROW EXECUTE FUNCTION points_refuse_change()"
            )
        )
    if not is_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change()"
        )
