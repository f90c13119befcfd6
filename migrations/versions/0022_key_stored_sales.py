"""Keys of sales that a till stored and sends in batches: each is recorded once, for good."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

KEYED = sa.text("sale_key IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("purchases") as batch:
        batch.add_column(sa.Column("sale_key", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("sale_hash", sa.LargeBinary(length=32), nullable=True))
        batch.create_check_constraint(
            op.f("ck_purchases_stored_sale"), "(sale_key IS NULL) = (sale_hash IS NULL)"
        )
    op.create_index(
        "uq_purchases_shop_id_sale_key",
        "purchases",
        ["shop_id", "sale_key"],
        unique=True,
        postgresql_where=KEYED,
        sqlite_where=KEYED,
    )


def downgrade() -> None:
    """A till that sends a batch again afterwards is told that its codes are used."""
    op.drop_index("uq_purchases_shop_id_sale_key", table_name="purchases")
    with op.batch_alter_table("purchases") as batch:
        batch.drop_constraint(op.f("ck_purchases_stored_sale"), type_="check")
        batch.drop_column("sale_hash")
        batch.drop_column("sale_key")
