"""What receipts bear of a shop; photos of receipts that citizens send in, and what tells receipts apart."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("shops", sa.Column("registration_number", sa.String(length=13), nullable=True))
    op.add_column("shops", sa.Column("phone", sa.String(length=16), nullable=True))
    op.create_index("ix_shops_registration_number", "shops", ["registration_number"])
    op.create_index("ix_shops_phone", "shops", ["phone"])


def downgrade() -> None:
    op.drop_index("ix_shops_phone", table_name="shops")
    op.drop_index("ix_shops_registration_number", table_name="shops")
    op.drop_column("shops", "phone")
    op.drop_column("shops", "registration_number")
