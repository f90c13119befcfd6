"""Claims with their events and counters, flags; which account an installation was signed in to.

A purchase may come from a claim. A refund may be the city's, which takes back what never was a purchase.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
CLAIM_CHECKS = {
    "kind": "kind IN ('poster', 'receipt', 'serial', 'offline_code')",
    "status": (
        "status IN ('draft', 'submitted', 'accepted', 'partly_accepted', 'rejected', 'appealed', 'withdrawn')"
    ),
    "amount_yen": "amount_yen BETWEEN 1 AND 9999999",
    "accepted_yen": "accepted_yen BETWEEN 1 AND amount_yen",
    "expected_points": "expected_points >= 0",
    "stated": "status IN ('draft', 'withdrawn') OR (amount_yen IS NOT NULL AND done_at IS NOT NULL)",
    "waits_for": "waits_for IN ('shop', 'city')",
    "waiting": "(status IN ('submitted', 'appealed')) = (waits_for IS NOT NULL)",
    "expires_at": "(waits_for IS NOT NULL AND waits_for = 'shop') = (expires_at IS NOT NULL)",
    "purchase_id": (
        "(status IN ('accepted', 'partly_accepted')) = (purchase_id IS NOT NULL)"
        " AND (purchase_id IS NULL) = (accepted_yen IS NULL)"
    ),
}
ISSUERS = {"before": "'clerk', 'register'", "after": "'clerk', 'register', 'city'"}


def upgrade() -> None:
    create_claims()
    create_claim_events()
    create_claim_counters()
    create_flags()
    op.create_table(
        "device_uses",
        sa.Column("installation_id", sa.String(length=64), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        *references("device_uses", {"citizen_id": "citizens.id"}, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("installation_id", "citizen_id", name=op.f("pk_device_uses")),
    )
    op.create_index("ix_device_uses_citizen_id", "device_uses", ["citizen_id"])
    op.execute(
        "INSERT INTO device_uses (installation_id, citizen_id, first_seen_at)"
        " SELECT installation_id, citizen_id, registered_at FROM devices"
    )
    op.add_column("purchases", sa.Column("claim_id", sa.Uuid(), nullable=True))
    create_partial_index(
        "uq_purchases_claim_id", "purchases", ["claim_id"], "claim_id IS NOT NULL", unique=True
    )
    let_issue_refunds(ISSUERS["after"])


def downgrade() -> None:
    """Refused by the database while there are refunds by the city."""
    let_issue_refunds(ISSUERS["before"])
    op.drop_index("uq_purchases_claim_id", table_name="purchases")
    op.drop_column("purchases", "claim_id")
    op.drop_index("ix_device_uses_citizen_id", table_name="device_uses")
    for table in ("device_uses", "flag_sweeps", "flags", "claim_counters", "claim_events", "claims"):
        op.drop_table(table)


def checks(table: str, conditions: dict[str, str]) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
        for name, condition in conditions.items()
    ]


def references(table: str, columns: dict[str, str], **options: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **options)
        for column, target in columns.items()
    ]


def create_partial_index(
    name: str, table: str, columns: list[str], condition: str, *, unique: bool = False
) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, postgresql_where=where, sqlite_where=where)


def create_claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=True),
        sa.Column("amount_yen", sa.BigInteger(), nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("lines", JSON, nullable=True),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("waits_for", sa.String(length=8), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expected_points", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("accepted_yen", sa.BigInteger(), nullable=True),
        sa.Column("purchase_id", sa.Uuid(), nullable=True),
        sa.Column("decision_code", sa.String(length=24), nullable=True),
        sa.Column("decision_reason", sa.String(length=400), nullable=True),
        sa.Column("decided_by_kind", sa.String(length=8), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("seconded_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("seconded_yen", sa.BigInteger(), nullable=True),
        sa.Column("appeal_text", sa.String(length=1000), nullable=True),
        sa.Column("appealed_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        *checks("claims", CLAIM_CHECKS),
        *references("claims", {"citizen_id": "citizens.id"}, ondelete="SET NULL"),
        *references(
            "claims",
            {
                "account_id": "points_accounts.id",
                "shop_id": "shops.id",
                "seconded_by_staff_id": "staff.id",
            },
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("account_id", "request_key", name=op.f("uq_claims_account_id_request_key")),
        sa.UniqueConstraint("purchase_id", name=op.f("uq_claims_purchase_id")),
    )
    op.create_index("ix_claims_account_id_id", "claims", ["account_id", "id"])
    op.create_index("ix_claims_shop_id_id", "claims", ["shop_id", "id"])
    op.create_index("ix_claims_citizen_id", "claims", ["citizen_id"])
    create_partial_index("ix_claims_waiting", "claims", ["waits_for", "id"], "waits_for IS NOT NULL")
    create_partial_index("ix_claims_expires_at", "claims", ["expires_at"], "waits_for = 'shop'")


def create_claim_events() -> None:
    op.create_table(
        "claim_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_kind", sa.String(length=8), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("amount_yen", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        *checks(
            "claim_events",
            {
                "actor_kind": "actor_kind IN ('citizen', 'clerk', 'register', 'city', 'rule')",
                "act": (
                    "act IN ('drafted', 'submitted', 'seconded', 'accepted', 'partly_accepted', 'rejected',"
                    " 'unconfirmed', 'appealed', 'withdrawn', 'flagged', 'read')"
                ),
            },
        ),
        *references("claim_events", {"claim_id": "claims.id"}),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_events")),
    )
    op.create_index("ix_claim_events_claim_id_id", "claim_events", ["claim_id", "id"])
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    refusal = (
        " FOR EACH ROW EXECUTE FUNCTION points_refuse_change()"
        if is_postgresql
        else " BEGIN SELECT RAISE(ABORT, 'claim_events is append-only'); END"
    )
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER claim_events_no_{event} BEFORE {event} ON claim_events{refusal}")
    if is_postgresql:
        op.execute(
            "CREATE TRIGGER claim_events_no_truncate BEFORE TRUNCATE ON claim_events"
            " FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change()"
        )


def create_claim_counters() -> None:
    op.create_table(
        "claim_counters",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("measure", sa.String(length=8), nullable=False),
        sa.Column("amount_yen", sa.BigInteger(), nullable=False),
        sa.Column("claim_count", sa.Integer(), nullable=False),
        sa.Column("change_count", sa.Integer(), nullable=False),
        *checks("claim_counters", {"counted": "amount_yen >= 0 AND claim_count >= 0"}),
        sa.PrimaryKeyConstraint(
            "account_id", "shop_id", "counted_on", "kind", "measure", name=op.f("pk_claim_counters")
        ),
    )


def create_flags() -> None:
    op.create_table(
        "flags",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("purchase_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=True),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("decided_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decision_reason", sa.String(length=400), nullable=True),
        *checks(
            "flags",
            {
                "status": "status IN ('open', 'cleared', 'confirmed')",
                "subject": "(claim_id IS NULL) <> (purchase_id IS NULL)",
                "decided_at": (
                    "(status = 'open') = (decided_at IS NULL)"
                    " AND (decided_at IS NULL OR decision_reason IS NOT NULL)"
                ),
            },
        ),
        *references(
            "flags",
            {
                "claim_id": "claims.id",
                "purchase_id": "purchases.id",
                "account_id": "points_accounts.id",
                "shop_id": "shops.id",
                "decided_by_staff_id": "staff.id",
            },
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
        sa.UniqueConstraint("claim_id", "kind", name=op.f("uq_flags_claim_id_kind")),
        sa.UniqueConstraint("purchase_id", "kind", name=op.f("uq_flags_purchase_id_kind")),
    )
    op.create_index("ix_flags_account_id", "flags", ["account_id"])
    create_partial_index("ix_flags_open", "flags", ["id"], "status = 'open'")
    op.create_table(
        "flag_sweeps",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_flag_sweeps")),
    )


def let_issue_refunds(issuers: str) -> None:
    with op.batch_alter_table("refunds") as batch:
        batch.drop_constraint(op.f("ck_refunds_issuer_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_refunds_issuer_kind"), f"issuer_kind IN ({issuers})")
