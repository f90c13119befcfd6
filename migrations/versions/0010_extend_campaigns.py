"""States, versions and events of campaigns; rules as documents; counters of every period; stamps.

What the tables kept so far becomes version 1 and the events that can be told from it. Downwards, what the older
program does not know ends: a paused campaign, and one whose rule says more than it can read, must not go on
granting there.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from uuid_utils.compat import uuid7

revision = "0010"
down_revision = "0009"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
STATUSES = "status IN ('draft', 'review', 'approved', 'scheduled', 'paused', 'ended', 'reported')"
OLD_STATUSES = "status IN ('draft', 'approved', 'ended')"
ACTS = (
    "act IN ('drafted', 'edited', 'submitted', 'returned', 'approved', 'scheduled', 'paused',"
    " 'resumed', 'ended', 'reported', 'withdrawn')"
)
PERIODS = "within IN ('day', 'week', 'month', 'fiscal_year', 'campaign')"
VERSION_STATUSES = "status IN ('draft', 'review', 'approved', 'superseded', 'withdrawn')"
LIFETIME_DAYS = 365

# Where in the document each condition of the flat shape stands.
GROUPS = {
    "when": ("weekdays", "from_minute", "until_minute"),
    "where": ("size_classes", "is_locally_owned", "rings"),
    "reward": ("rate_permille", "fixed_points"),
}
CAPS: tuple[tuple[str, dict[str, str]], ...] = (
    ("purchase_cap_points", {"per": "purchase"}),
    ("day_cap_points", {"per": "person", "within": "day"}),
)

campaigns = sa.table(
    "campaigns",
    sa.column("id", sa.Uuid()),
    sa.column("status", sa.String()),
    sa.column("names", JSON),
    sa.column("descriptions", JSON),
    sa.column("rule", JSON),
    sa.column("starts_at", MOMENT),
    sa.column("ends_at", MOMENT),
    sa.column("lifetime_days", sa.SmallInteger()),
    sa.column("budget_points", sa.BigInteger()),
    sa.column("funding_account_id", sa.Uuid()),
    sa.column("created_by_staff_id", sa.Uuid()),
    sa.column("approved_by_staff_id", sa.Uuid()),
    sa.column("created_at", MOMENT),
    sa.column("approved_at", MOMENT),
)
versions = sa.table(
    "campaign_versions",
    sa.column("campaign_id", sa.Uuid()),
    sa.column("version", sa.Integer()),
    sa.column("status", sa.String()),
    sa.column("names", JSON),
    sa.column("descriptions", JSON),
    sa.column("rule", JSON),
    sa.column("starts_at", MOMENT),
    sa.column("ends_at", MOMENT),
    sa.column("budget_points", sa.BigInteger()),
    sa.column("drafted_by_staff_id", sa.Uuid()),
    sa.column("drafted_at", MOMENT),
    sa.column("approved_by_staff_id", sa.Uuid()),
    sa.column("approved_at", MOMENT),
)
events = sa.table(
    "campaign_events",
    sa.column("id", sa.Uuid()),
    sa.column("campaign_id", sa.Uuid()),
    sa.column("version", sa.Integer()),
    sa.column("act", sa.String()),
    sa.column("from_state", sa.String()),
    sa.column("to_state", sa.String()),
    sa.column("by_staff_id", sa.Uuid()),
    sa.column("at", MOMENT),
)


def upgrade() -> None:
    rows = op.get_bind().execute(sa.select(campaigns)).mappings().all()
    # All of it before anything refers to campaigns: SQLite makes the table anew, and drops the old one.
    with op.batch_alter_table("campaigns") as batch:
        batch.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch.add_column(sa.Column("budget_line_id", sa.Uuid(), nullable=True))
        batch.add_column(
            sa.Column("budget_warned_percent", sa.SmallInteger(), server_default="0", nullable=False)
        )
        batch.add_column(sa.Column("figures", JSON, nullable=True))
        for name in ("status", "approved_by_another", "lifetime_days"):
            batch.drop_constraint(op.f(f"ck_campaigns_{name}"), type_="check")
        batch.create_check_constraint(op.f("ck_campaigns_status"), STATUSES)
        batch.create_check_constraint(op.f("ck_campaigns_version"), "version > 0")
        batch.create_check_constraint(
            op.f("ck_campaigns_budget_warned_percent"), "budget_warned_percent BETWEEN 0 AND 100"
        )
        batch.drop_column("lifetime_days")
    with op.batch_alter_table("campaigns") as batch:
        batch.alter_column("version", server_default=None)
        batch.alter_column("budget_warned_percent", server_default=None)
    create_versions()
    create_events()
    create_stamps()
    for row in rows:
        keep(row)
    move_counters(create_counters, COUNTERS_UP)


def downgrade() -> None:
    move_counters(create_old_counters, COUNTERS_DOWN)
    op.drop_index("ix_campaign_cards_purchase_id", table_name="campaign_cards")
    op.drop_table("campaign_cards")
    op.drop_index("ix_campaign_stamps_purchase_id", table_name="campaign_stamps")
    op.drop_table("campaign_stamps")
    op.drop_index("ix_campaign_events_campaign_id_id", table_name="campaign_events")
    op.drop_table("campaign_events")
    op.drop_index("uq_campaign_versions_in_force", table_name="campaign_versions")
    op.drop_index("uq_campaign_versions_open", table_name="campaign_versions")
    op.drop_table("campaign_versions")
    with op.batch_alter_table("campaigns") as batch:
        batch.add_column(
            sa.Column("lifetime_days", sa.SmallInteger(), server_default=str(LIFETIME_DAYS), nullable=False)
        )
        batch.drop_constraint(op.f("ck_campaigns_status"), type_="check")
    give_back_what_fits()
    with op.batch_alter_table("campaigns") as batch:
        batch.create_check_constraint(op.f("ck_campaigns_status"), OLD_STATUSES)
        batch.create_check_constraint(op.f("ck_campaigns_lifetime_days"), "lifetime_days BETWEEN 1 AND 1826")
        batch.create_check_constraint(
            op.f("ck_campaigns_approved_by_another"), "approved_by_staff_id <> created_by_staff_id"
        )
        batch.drop_constraint(op.f("ck_campaigns_budget_warned_percent"), type_="check")
        batch.drop_constraint(op.f("ck_campaigns_version"), type_="check")
        for name in ("figures", "budget_warned_percent", "budget_line_id", "version"):
            batch.drop_column(name)
        batch.alter_column("lifetime_days", server_default=None)


def create_versions() -> None:
    op.create_table(
        "campaign_versions",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("descriptions", JSON, nullable=False),
        sa.Column("rule", JSON, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("budget_points", sa.BigInteger(), nullable=False),
        sa.Column("budget_line_id", sa.Uuid(), nullable=True),
        sa.Column("premium", JSON, nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("drafted_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("approved_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.CheckConstraint(VERSION_STATUSES, name=op.f("ck_campaign_versions_status")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_campaign_versions_ends_at")),
        sa.CheckConstraint(
            "budget_points BETWEEN 1 AND 1000000000", name=op.f("ck_campaign_versions_budget_points")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_campaign_versions_version")),
        sa.CheckConstraint(
            "approved_by_staff_id <> drafted_by_staff_id",
            name=op.f("ck_campaign_versions_approved_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_versions_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_staff_id"], ["staff.id"], name=op.f("fk_campaign_versions_drafted_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_staff_id"], ["staff.id"], name=op.f("fk_campaign_versions_approved_by_staff_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "version", name=op.f("pk_campaign_versions")),
    )
    for name, where in (("open", "status IN ('draft', 'review')"), ("in_force", "status = 'approved'")):
        op.create_index(
            f"uq_campaign_versions_{name}",
            "campaign_versions",
            ["campaign_id"],
            unique=True,
            postgresql_where=sa.text(where),
            sqlite_where=sa.text(where),
        )


def create_events() -> None:
    op.create_table(
        "campaign_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("from_state", sa.String(length=12), nullable=True),
        sa.Column("to_state", sa.String(length=12), nullable=False),
        sa.Column("by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.CheckConstraint(ACTS, name=op.f("ck_campaign_events_act")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_events_campaign_id")
        ),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_campaign_events_by_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_events")),
    )
    op.create_index(
        "ix_campaign_events_campaign_id_id", "campaign_events", ["campaign_id", "id"], unique=False
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    refusal = (
        " FOR EACH ROW EXECUTE FUNCTION points_refuse_change()"
        if is_postgresql
        else " BEGIN SELECT RAISE(ABORT, 'campaign_events is append-only'); END"
    )
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER campaign_events_no_{event} BEFORE {event} ON campaign_events{refusal}")
    if is_postgresql:
        op.execute(
            "CREATE TRIGGER campaign_events_no_truncate BEFORE TRUNCATE ON campaign_events"
            " FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change()"
        )


def create_stamps() -> None:
    op.create_table(
        "campaign_stamps",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("card_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("distinct_key", sa.String(length=64), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("stamped_at", MOMENT, nullable=False),
        sa.CheckConstraint("card_number > 0", name=op.f("ck_campaign_stamps_card_number")),
        sa.CheckConstraint("position > 0", name=op.f("ck_campaign_stamps_position")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_accounts.id"], name=op.f("fk_campaign_stamps_account_id")
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "account_id", "card_number", "position", name=op.f("pk_campaign_stamps")
        ),
        sa.UniqueConstraint(
            "campaign_id",
            "account_id",
            "card_number",
            "distinct_key",
            name=op.f("uq_campaign_stamps_campaign_id_account_id_card_number_distinct_key"),
        ),
    )
    op.create_index("ix_campaign_stamps_purchase_id", "campaign_stamps", ["purchase_id"], unique=False)
    op.create_table(
        "campaign_cards",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("card_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("completed_at", MOMENT, nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("card_number > 0", name=op.f("ck_campaign_cards_card_number")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_accounts.id"], name=op.f("fk_campaign_cards_account_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "account_id", "card_number", name=op.f("pk_campaign_cards")),
    )
    op.create_index("ix_campaign_cards_purchase_id", "campaign_cards", ["purchase_id"], unique=False)


def create_counters() -> None:
    op.create_table(
        "campaign_counters",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("period_on", sa.Date(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("within", sa.String(length=12), nullable=False),
        sa.Column("awarded_points", sa.BigInteger(), nullable=False),
        sa.Column("award_count", sa.Integer(), nullable=False),
        sa.Column("change_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("awarded_points >= 0", name=op.f("ck_campaign_counters_awarded_points")),
        sa.CheckConstraint(PERIODS, name=op.f("ck_campaign_counters_within")),
        sa.PrimaryKeyConstraint(
            "account_id", "shop_id", "period_on", "campaign_id", "within", name=op.f("pk_campaign_counters")
        ),
    )


def create_old_counters() -> None:
    op.create_table(
        "campaign_counters",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("awarded_points", sa.BigInteger(), nullable=False),
        sa.Column("award_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("awarded_points >= 0", name=op.f("ck_campaign_counters_awarded_points")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_accounts.id"], name=op.f("fk_campaign_counters_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "counted_on", "campaign_id", name=op.f("pk_campaign_counters")),
    )


# Nobody in the place of a shop: over every shop.
COUNTERS_UP = """
    INSERT INTO campaign_counters
        (account_id, shop_id, period_on, campaign_id, within, awarded_points, award_count, change_count)
    SELECT account_id, '00000000000000000000000000000000', counted_on, campaign_id, 'day',
        awarded_points, award_count, award_count
    FROM moved_counters
"""
# A cap of a day for each person is all that the older program counts.
COUNTERS_DOWN = """
    INSERT INTO campaign_counters (account_id, counted_on, campaign_id, awarded_points, award_count)
    SELECT account_id, period_on, campaign_id, awarded_points, award_count
    FROM moved_counters
    WHERE within = 'day' AND shop_id = '00000000000000000000000000000000' AND account_id <> shop_id
"""


def move_counters(create: Any, insert: str) -> None:
    """By way of a copy: the names of a table's constraints are free only once it is gone."""
    op.execute("CREATE TABLE moved_counters AS SELECT * FROM campaign_counters")
    op.drop_table("campaign_counters")
    create()
    op.execute(insert)
    op.drop_table("moved_counters")


def keep(row: Mapping[str, Any]) -> None:
    """The campaign as its first version, with what is known to have happened to it."""
    connection = op.get_bind()
    rule = nested(row["rule"], row["lifetime_days"])
    is_approved = row["approved_at"] is not None
    connection.execute(
        campaigns.update()
        .where(campaigns.c.id == row["id"])
        .values(rule=rule, status="scheduled" if row["status"] == "approved" else row["status"])
    )
    kept = ("names", "descriptions", "starts_at", "ends_at", "budget_points")
    connection.execute(
        versions.insert().values(
            {name: row[name] for name in kept}
            | {
                "campaign_id": row["id"],
                "version": 1,
                "status": "approved" if is_approved else "draft",
                "rule": rule,
                "drafted_by_staff_id": row["created_by_staff_id"],
                "drafted_at": row["created_at"],
                "approved_by_staff_id": row["approved_by_staff_id"],
                "approved_at": row["approved_at"],
            }
        )
    )
    happened = [("drafted", None, "draft", row["created_by_staff_id"], row["created_at"])]
    if is_approved:
        approver, at = row["approved_by_staff_id"], row["approved_at"]
        happened += [
            ("approved", "review", "approved", approver, at),
            ("scheduled", "approved", "scheduled", approver, at),
        ]
    for place, (act, before, after, staff_id, at) in enumerate(happened):
        connection.execute(
            events.insert().values(
                id=id_of(at, place),
                campaign_id=row["id"],
                version=1,
                act=act,
                from_state=before,
                to_state=after,
                by_staff_id=staff_id,
                at=at,
            )
        )


def give_back_what_fits() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(campaigns)).mappings().all():
        rule, days, is_whole = flat(row["rule"])
        status = {"scheduled": "approved", "paused": "ended", "reported": "ended", "ended": "ended"}.get(
            row["status"], "draft"
        )
        is_same_person = row["approved_by_staff_id"] == row["created_by_staff_id"]
        connection.execute(
            campaigns.update()
            .where(campaigns.c.id == row["id"])
            .values(
                rule=rule,
                lifetime_days=days,
                status="ended" if status == "approved" and not is_whole else status,
                approved_by_staff_id=None if is_same_person else row["approved_by_staff_id"],
            )
        )


def nested(rule: Mapping[str, Any], lifetime_days: int) -> dict[str, Any]:
    """The rule as a document of groups, with the lifetime of its points."""
    document: dict[str, Any] = {
        group: found
        for group, names in GROUPS.items()
        if (found := {name: rule[name] for name in names if name in rule})
    }
    caps = [{**cap, "points": rule[name]} for name, cap in CAPS if name in rule]
    if caps:
        document["caps"] = caps
    return document | {"lifetime": {"days": lifetime_days}}


def flat(document: Mapping[str, Any]) -> tuple[dict[str, Any], int, bool]:
    """The rule in the flat shape, the lifetime, and whether that says all that the document says."""
    rule: dict[str, Any] = {
        name: document[group][name]
        for group, names in GROUPS.items()
        for name in names
        if name in document.get(group, {})
    }
    for name, cap in CAPS:
        for found in document.get("caps", []):
            if {**cap, "points": found.get("points")} == found:
                rule[name] = found["points"]
    lifetime = document.get("lifetime", {})
    days = lifetime.get("days", LIFETIME_DAYS)
    return rule, days, nested(rule, days) == dict(document)


def id_of(at: datetime, place: int) -> Any:
    """A UUIDv7 of that moment, so that events stand in the order in which they happened."""
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    milliseconds = int(moment.timestamp() * 1000) + place
    return type(uuid7())(int=milliseconds << 80 | uuid7().int & (1 << 80) - 1)
