"""Signing keys, till codes, purchases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "till_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_kind", sa.String(length=8), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.SmallInteger(), nullable=False),
        sa.Column("amount_yen", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("issuer_kind IN ('clerk', 'register')", name=op.f("ck_till_codes_issuer_kind")),
        sa.CheckConstraint("amount_yen BETWEEN 1 AND 9999999", name=op.f("ck_till_codes_amount_yen")),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_till_codes_expires_at")),
        sa.CheckConstraint("used_at IS NULL OR cancelled_at IS NULL", name=op.f("ck_till_codes_one_ending")),
        sa.ForeignKeyConstraint(["key_id"], ["signing_keys.id"], name=op.f("fk_till_codes_key_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_till_codes_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_codes")),
        # Rows that are updated in place: room on the page spares every index a new entry.
        postgresql_with={"fillfactor": 60},
    )
    op.create_table(
        "purchases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("till_code_id", sa.Uuid(), nullable=True),
        sa.Column("amount_yen", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("earned_points", sa.BigInteger(), nullable=False),
        sa.Column("balance_points", sa.BigInteger(), nullable=False),
        sa.Column("verdicts", JSON, nullable=False),
        sa.CheckConstraint("amount_yen BETWEEN 1 AND 9999999", name=op.f("ck_purchases_amount_yen")),
        sa.CheckConstraint("earned_points >= 0", name=op.f("ck_purchases_earned_points")),
        sa.ForeignKeyConstraint(["account_id"], ["points_accounts.id"], name=op.f("fk_purchases_account_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_purchases_shop_id")),
        sa.ForeignKeyConstraint(["till_code_id"], ["till_codes.id"], name=op.f("fk_purchases_till_code_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchases")),
        sa.UniqueConstraint("account_id", "request_key", name=op.f("uq_purchases_account_id_request_key")),
        sa.UniqueConstraint("till_code_id", name=op.f("uq_purchases_till_code_id")),
    )
    op.create_index("ix_purchases_account_id_id", "purchases", ["account_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_purchases_account_id_id", table_name="purchases")
    op.drop_table("purchases")
    op.drop_table("till_codes")
    op.drop_table("signing_keys")
