"""Allowances to sign till codes without a network, and the codes of them that were honoured."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

MOMENT = sa.DateTime(timezone=True)
ZERO = sa.text("0")


def upgrade() -> None:
    checks = {
        "ends_at": "ends_at > starts_at",
        "count_max": "count_max BETWEEN 1 AND 9999",
        "code_max_yen": "code_max_yen BETWEEN 1 AND 9999999",
        "used_count": "used_count BETWEEN 0 AND count_max",
        "used_yen": "used_yen BETWEEN 0 AND total_max_yen",
    }
    references = {"shop_id": "shops.id", "register_id": "api_keys.id", "api_key_id": "api_keys.id"}
    op.create_table(
        "offline_allowances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("register_id", sa.Uuid(), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("count_max", sa.SmallInteger(), nullable=False),
        sa.Column("code_max_yen", sa.BigInteger(), nullable=False),
        sa.Column("total_max_yen", sa.BigInteger(), nullable=False),
        sa.Column("used_count", sa.SmallInteger(), server_default=ZERO, nullable=False),
        sa.Column("used_yen", sa.BigInteger(), server_default=ZERO, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        *[
            sa.CheckConstraint(condition, name=op.f(f"ck_offline_allowances_{name}"))
            for name, condition in checks.items()
        ],
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_offline_allowances_{column}"))
            for column, target in references.items()
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offline_allowances")),
        sa.UniqueConstraint(
            "register_id",
            "issued_on",
            "number",
            name=op.f("uq_offline_allowances_register_id_issued_on_number"),
        ),
    )
    op.create_index("ix_offline_allowances_shop_id_id", "offline_allowances", ["shop_id", "id"])
    op.create_table(
        "offline_codes",
        sa.Column("allowance_id", sa.Uuid(), nullable=False),
        sa.Column("serial_number", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("amount_yen", sa.BigInteger(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.CheckConstraint("serial_number >= 1", name=op.f("ck_offline_codes_serial_number")),
        sa.ForeignKeyConstraint(
            ["allowance_id"], ["offline_allowances.id"], name=op.f("fk_offline_codes_allowance_id")
        ),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name=op.f("fk_offline_codes_purchase_id")),
        sa.PrimaryKeyConstraint("allowance_id", "serial_number", name=op.f("pk_offline_codes")),
        sa.UniqueConstraint("purchase_id", name=op.f("uq_offline_codes_purchase_id")),
    )


def downgrade() -> None:
    op.drop_table("offline_codes")
    op.drop_index("ix_offline_allowances_shop_id_id", table_name="offline_allowances")
    op.drop_table("offline_allowances")
