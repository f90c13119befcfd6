"""Reward codes of missions, and what was claimed with them or reported."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
REPORTED = sa.text("reward_code_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "reward_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("uses_limit", sa.Integer(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=False),
        sa.Column("note", sa.String(length=100), nullable=True),
        sa.Column("created_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.CheckConstraint("quantity BETWEEN 1 AND 1000000", name=op.f("ck_reward_codes_quantity")),
        sa.CheckConstraint("uses_limit > 0", name=op.f("ck_reward_codes_uses_limit")),
        sa.CheckConstraint(
            "uses_left >= 0 AND uses_left <= uses_limit", name=op.f("ck_reward_codes_uses_left")
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_reward_codes_valid_until")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_reward_codes_campaign_id")),
        sa.ForeignKeyConstraint(
            ["created_by_staff_id"], ["staff.id"], name=op.f("fk_reward_codes_created_by_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_reward_codes_code_hash")),
        # Rows that are updated in place: room on the page spares every index a new entry.
        postgresql_with={"fillfactor": 80},
    )
    op.create_index("ix_reward_codes_campaign_id_id", "reward_codes", ["campaign_id", "id"])
    op.create_table(
        "mission_claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("reward_code_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=8), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("verdict", JSON, nullable=False),
        sa.CheckConstraint("quantity BETWEEN 1 AND 1000000", name=op.f("ck_mission_claims_quantity")),
        sa.CheckConstraint("unit IN ('times', 'hours', 'steps')", name=op.f("ck_mission_claims_unit")),
        sa.CheckConstraint("points > 0", name=op.f("ck_mission_claims_points")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_accounts.id"], name=op.f("fk_mission_claims_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["reward_code_id"], ["reward_codes.id"], name=op.f("fk_mission_claims_reward_code_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission_claims")),
        sa.UniqueConstraint(
            "reward_code_id", "account_id", name=op.f("uq_mission_claims_reward_code_id_account_id")
        ),
    )
    op.create_index(
        "uq_mission_claims_reported",
        "mission_claims",
        ["campaign_id", "account_id", "done_on"],
        unique=True,
        postgresql_where=REPORTED,
        sqlite_where=REPORTED,
    )
    op.create_index("ix_mission_claims_account_id_id", "mission_claims", ["account_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_mission_claims_account_id_id", table_name="mission_claims")
    op.drop_index("uq_mission_claims_reported", table_name="mission_claims")
    op.drop_table("mission_claims")
    op.drop_index("ix_reward_codes_campaign_id_id", table_name="reward_codes")
    op.drop_table("reward_codes")
