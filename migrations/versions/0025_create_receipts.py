"""What receipts bear of a shop; photos of receipts that citizens send in, and what tells receipts apart."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("shops", sa.Column("registration_number", sa.String(length=13), nullable=True))
    op.add_column("shops", sa.Column("phone", sa.String(length=16), nullable=True))
    op.create_index("ix_shops_registration_number", "shops", ["registration_number"])
    op.create_index("ix_shops_phone", "shops", ["phone"])
    op.create_table(
        "receipt_photos",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("width_pixels", sa.Integer(), nullable=False),
        sa.Column("height_pixels", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.CheckConstraint("number BETWEEN 1 AND 5", name=op.f("ck_receipt_photos_number")),
        sa.CheckConstraint("length(content) BETWEEN 1 AND 600000", name=op.f("ck_receipt_photos_content")),
        sa.CheckConstraint(
            "(content IS NULL) = (removed_at IS NOT NULL)", name=op.f("ck_receipt_photos_removed_at")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_receipt_photos_claim_id")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_receipt_photos_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("claim_id", "number", name=op.f("pk_receipt_photos")),
    )
    op.create_index("ix_receipt_photos_etag", "receipt_photos", ["etag"])
    op.create_index("ix_receipt_photos_citizen_id", "receipt_photos", ["citizen_id"])
    op.create_table(
        "receipt_signatures",
        sa.Column("signature", sa.LargeBinary(length=32), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_receipt_signatures_claim_id")),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_receipt_signatures")),
    )
    op.create_index("ix_receipt_signatures_claim_id", "receipt_signatures", ["claim_id"])


def downgrade() -> None:
    op.drop_table("receipt_signatures")
    op.drop_table("receipt_photos")
    op.drop_index("ix_shops_phone", table_name="shops")
    op.drop_index("ix_shops_registration_number", table_name="shops")
    op.drop_column("shops", "phone")
    op.drop_column("shops", "registration_number")
