"""Batches of numbers for the packages of local products, and the numbers, by their hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "serial_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("price_yen", sa.BigInteger(), nullable=True),
        sa.Column("valid_until", MOMENT, nullable=False),
        sa.Column("issued_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("revoked_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("quantity BETWEEN 1 AND 480", name=op.f("ck_serial_batches_quantity")),
        sa.CheckConstraint("price_yen BETWEEN 1 AND 9999999", name=op.f("ck_serial_batches_price_yen")),
        sa.CheckConstraint("valid_until > issued_at", name=op.f("ck_serial_batches_valid_until")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_reason IS NULL)", name=op.f("ck_serial_batches_revoked_reason")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_serial_batches_product_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_serial_batches_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_staff_id"], ["staff.id"], name=op.f("fk_serial_batches_issued_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_staff_id"], ["staff.id"], name=op.f("fk_serial_batches_revoked_by_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial_batches")),
    )
    op.create_index("ix_serial_batches_product_id", "serial_batches", ["product_id"])
    op.create_table(
        "product_serials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("draw", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(claim_id IS NULL) = (claimed_at IS NULL)", name=op.f("ck_product_serials_claimed_at")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["serial_batches.id"], name=op.f("fk_product_serials_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_serials")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_product_serials_code_hash")),
        sa.UniqueConstraint("batch_id", "draw", name=op.f("uq_product_serials_batch_id_draw")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_product_serials_claim_id")),
    )


def downgrade() -> None:
    op.drop_table("product_serials")
    op.drop_index("ix_serial_batches_product_id", table_name="serial_batches")
    op.drop_table("serial_batches")
