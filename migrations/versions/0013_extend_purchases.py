"""Points and discounts in purchases, their lines, checkouts, refunds; answers kept for requests done once.

Each shop gets a points account under its own id. Purchases made by a till carry no request key of a citizen.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ZERO = sa.text("0")
REQUEST = ("request_key", sa.String(length=64)), ("request_hash", sa.LargeBinary(length=32))
CHECKS = {
    "payment": "discount_yen >= 0 AND spent_points >= 0 AND discount_yen + spent_points <= amount_yen",
    "refunded_yen": "refunded_yen BETWEEN 0 AND amount_yen",
    "request": "(request_key IS NULL) = (request_hash IS NULL)",
}
PARTIAL = ("citizen_code_id", "checkout_id")


def upgrade() -> None:
    op.add_column("till_codes", sa.Column("lines", JSON, nullable=True))
    extend_purchases()
    create_purchase_lines()
    create_checkouts()
    create_refunds()
    create_request_answers()
    open_accounts_of_shops()


def downgrade() -> None:
    """Refused by the database while there are purchases made by tills: the old columns cannot tell them."""
    op.drop_table("request_answers")
    op.drop_index("ix_refunds_account_id", table_name="refunds")
    op.drop_index("ix_refunds_purchase_id", table_name="refunds")
    op.drop_table("refunds")
    op.drop_index("ix_checkouts_citizen_id", table_name="checkouts")
    op.drop_table("checkouts")
    op.drop_index("ix_purchase_lines_product_id", table_name="purchase_lines")
    op.drop_table("purchase_lines")
    shrink_purchases()
    op.drop_column("till_codes", "lines")


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


def extend_purchases() -> None:
    with op.batch_alter_table("purchases") as batch:
        batch.add_column(sa.Column("citizen_code_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("checkout_id", sa.Uuid(), nullable=True))
        for name in ("discount_yen", "spent_points", "refunded_yen"):
            batch.add_column(sa.Column(name, sa.BigInteger(), server_default=ZERO, nullable=False))
        for name, type_ in REQUEST:
            batch.alter_column(name, existing_type=type_, nullable=True)
        for name, condition in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_purchases_{name}"), condition)
    for column in PARTIAL:
        condition = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"uq_purchases_{column}",
            "purchases",
            [column],
            unique=True,
            postgresql_where=condition,
            sqlite_where=condition,
        )
    op.create_index("ix_purchases_shop_id_id", "purchases", ["shop_id", "id"])


def shrink_purchases() -> None:
    op.drop_index("ix_purchases_shop_id_id", table_name="purchases")
    for column in PARTIAL:
        op.drop_index(f"uq_purchases_{column}", table_name="purchases")
    with op.batch_alter_table("purchases") as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_purchases_{name}"), type_="check")
        for name, type_ in REQUEST:
            batch.alter_column(name, existing_type=type_, nullable=False)
        for name in ("refunded_yen", "spent_points", "discount_yen", "checkout_id", "citizen_code_id"):
            batch.drop_column(name)


def create_purchase_lines() -> None:
    op.create_table(
        "purchase_lines",
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("quantity", sa.SmallInteger(), nullable=False),
        sa.Column("amount_yen", sa.BigInteger(), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=True),
        sa.Column("in_store_code", sa.String(length=20), nullable=True),
        sa.Column("tax_permille", sa.SmallInteger(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.String(length=24), nullable=True),
        sa.Column("certifications", JSON, nullable=True),
        sa.Column("origin_ring", sa.String(length=16), nullable=True),
        *checks(
            "purchase_lines",
            {
                "quantity": "quantity BETWEEN 1 AND 9999",
                "amount_yen": "amount_yen BETWEEN 0 AND 9999999",
                "tax_permille": "tax_permille BETWEEN 0 AND 1000",
            },
        ),
        *references("purchase_lines", {"purchase_id": "purchases.id", "product_id": "products.id"}),
        sa.PrimaryKeyConstraint("purchase_id", "position", name=op.f("pk_purchase_lines")),
    )
    op.create_index("ix_purchase_lines_product_id", "purchase_lines", ["product_id"])


def create_checkouts() -> None:
    op.create_table(
        "checkouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_kind", sa.String(length=8), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_code_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("amount_yen", sa.BigInteger(), nullable=False),
        sa.Column("discount_yen", sa.BigInteger(), nullable=False),
        sa.Column("lines", JSON, nullable=True),
        sa.Column("coupon_ids", JSON, nullable=False),
        sa.Column("may_earn", sa.Boolean(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        *checks(
            "checkouts",
            {
                "amount_yen": "amount_yen BETWEEN 1 AND 9999999",
                "discount_yen": "discount_yen BETWEEN 0 AND amount_yen",
                "issuer_kind": "issuer_kind IN ('clerk', 'register')",
                "status": "status IN ('open', 'completed', 'cancelled')",
                "closed_at": "(status = 'open') = (closed_at IS NULL)",
            },
        ),
        *references("checkouts", {"citizen_id": "citizens.id"}, ondelete="CASCADE"),
        *references(
            "checkouts",
            {"shop_id": "shops.id", "account_id": "points_accounts.id", "hold_id": "points_holds.id"},
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkouts")),
        sa.UniqueConstraint("citizen_code_id", name=op.f("uq_checkouts_citizen_code_id")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_checkouts_hold_id")),
    )
    op.create_index("ix_checkouts_citizen_id", "checkouts", ["citizen_id"])


def create_refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_kind", sa.String(length=8), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        *[
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in (
                "amount_yen",
                "cash_yen",
                "returned_points",
                "discount_yen",
                "reclaimed_points",
                "owed_points",
            )
        ],
        sa.Column("awards", JSON, nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("refunded_at", MOMENT, nullable=False),
        *checks(
            "refunds",
            {
                "issuer_kind": "issuer_kind IN ('clerk', 'register')",
                "amount_yen": "amount_yen = cash_yen + returned_points + discount_yen",
                "parts": "cash_yen >= 0 AND returned_points >= 0 AND discount_yen >= 0"
                " AND reclaimed_points >= 0 AND owed_points BETWEEN 0 AND reclaimed_points",
            },
        ),
        *references("refunds", {"purchase_id": "purchases.id", "account_id": "points_accounts.id"}),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index("ix_refunds_purchase_id", "refunds", ["purchase_id"])
    op.create_index("ix_refunds_account_id", "refunds", ["account_id"])


def create_request_answers() -> None:
    op.create_table(
        "request_answers",
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "request_key", name=op.f("pk_request_answers")),
    )


def open_accounts_of_shops() -> None:
    """Of those that were admitted before points could be spent."""
    op.execute(
        "INSERT INTO points_accounts (id, kind, slice_count, opened_at)"
        " SELECT id, 'shop', 1, updated_at FROM shops WHERE status IN ('active', 'suspended', 'closed')"
    )
    op.execute(
        "INSERT INTO points_balances (account_id, slice, balance_points, may_overdraw, is_open)"
        " SELECT id, 0, 0, true, true FROM points_accounts WHERE kind = 'shop'"
        " AND id NOT IN (SELECT account_id FROM points_balances)"
    )
