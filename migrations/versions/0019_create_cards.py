"""Paper cards, what was done with them, and the sales they were read for."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_cards()
    create_joined_accounts()
    op.create_table(
        "card_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["citizen_cards.id"], name=op.f("fk_card_uses_card_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_uses")),
    )
    op.create_index("ix_card_uses_card_id", "card_uses", ["card_id"])
    op.create_table(
        "card_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('handed_out', 'pin_renewed', 'blocked', 'replaced', 'linked')",
            name=op.f("ck_card_events_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["citizen_cards.id"], name=op.f("fk_card_events_card_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_card_events_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_events")),
    )
    op.create_index("ix_card_events_card_id", "card_events", ["card_id"])


def create_joined_accounts() -> None:
    op.create_table(
        "joined_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("into_account_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_accounts.id"], name=op.f("fk_joined_accounts_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["into_account_id"], ["points_accounts.id"], name=op.f("fk_joined_accounts_into_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joined_accounts")),
        sa.UniqueConstraint("account_id", name=op.f("uq_joined_accounts_account_id")),
    )
    op.create_index("ix_joined_accounts_into", "joined_accounts", ["into_account_id"])


def create_cards() -> None:
    op.create_table(
        "citizen_cards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.String(length=8), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("pin_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("pin_tries_left", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_staff_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "status IN ('blank', 'active', 'blocked', 'replaced')", name=op.f("ck_citizen_cards_status")
        ),
        sa.CheckConstraint(
            "(status = 'blank') = (citizen_id IS NULL)", name=op.f("ck_citizen_cards_citizen_id")
        ),
        sa.CheckConstraint("(status = 'blank') = (pin_hash IS NULL)", name=op.f("ck_citizen_cards_pin_hash")),
        sa.CheckConstraint(
            "(status IN ('blocked', 'replaced')) = (ended_at IS NOT NULL)",
            name=op.f("ck_citizen_cards_ended_at"),
        ),
        sa.CheckConstraint("pin_tries_left >= 0", name=op.f("ck_citizen_cards_pin_tries_left")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_citizen_cards_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_staff_id"], ["staff.id"], name=op.f("fk_citizen_cards_created_by_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_cards")),
        sa.UniqueConstraint("number_hash", name=op.f("uq_citizen_cards_number_hash")),
        sa.UniqueConstraint("serial", name=op.f("uq_citizen_cards_serial")),
    )
    op.create_index("ix_citizen_cards_batch_id", "citizen_cards", ["batch_id"])
    op.create_index("ix_citizen_cards_citizen_id", "citizen_cards", ["citizen_id"])


def downgrade() -> None:
    op.drop_index("ix_joined_accounts_into", table_name="joined_accounts")
    op.drop_table("joined_accounts")
    op.drop_index("ix_card_events_card_id", table_name="card_events")
    op.drop_table("card_events")
    op.drop_index("ix_card_uses_card_id", table_name="card_uses")
    op.drop_table("card_uses")
    op.drop_index("ix_citizen_cards_citizen_id", table_name="citizen_cards")
    op.drop_index("ix_citizen_cards_batch_id", table_name="citizen_cards")
    op.drop_table("citizen_cards")
