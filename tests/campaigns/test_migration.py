"""What the campaigns kept before comes through the migration whole, and back as far as the older program reads."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from backend.base import migrations
from backend.base.database import Database
from tests.support.postgres import PostgresServer

BEFORE, AFTER = "0009", "0010"
NUMBER = iter(range(1_000))
OFFICER, APPROVER, BUDGET, PURSE, CAMPAIGN = (uuid.UUID(int=number).hex for number in range(1, 6))
CREATED, APPROVED_AT, STARTS, ENDS = (
    datetime(2026, month, 1, tzinfo=UTC).isoformat() for month in (3, 4, 5, 9)
)
FLAT = {
    "rate_permille": 40,
    "size_classes": ["small"],
    "is_locally_owned": False,
    "rings": ["city"],
    "weekdays": [0, 4],
    "from_minute": 0,
    "until_minute": 60,
    "purchase_cap_points": 300,
    "day_cap_points": 200,
}
NESTED = {
    "when": {"weekdays": [0, 4], "from_minute": 0, "until_minute": 60},
    "where": {"size_classes": ["small"], "is_locally_owned": False, "rings": ["city"]},
    "reward": {"rate_permille": 40},
    "caps": [{"per": "purchase", "points": 300}, {"per": "person", "within": "day", "points": 200}],
    "lifetime": {"days": 90},
}


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database as the program before left it: staff, a budget, a purse."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'older.db'}")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        database = Database(server.create_database(f"older_{next(NUMBER)}"))
    migrations.upgrade(database, BEFORE)
    for account_id, kind in ((BUDGET, "funding"), (PURSE, "citizen")):
        put(database, "points_accounts", id=account_id, kind=kind, slice_count=1, opened_at=CREATED)
    for staff_id in (OFFICER, APPROVER):
        put(
            database,
            "staff",
            id=staff_id,
            email=f"{staff_id}@example.jp",
            display_name="係",
            language="ja",
            created_at=CREATED,
        )
    yield database
    database.engine.dispose()


def put(database: Database, table: str, **row: Any) -> None:
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    with database.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    """Ids without dashes, documents read."""
    with database.engine.begin() as connection:
        return [tuple(plain(value) for value in row) for row in connection.execute(text(query))]


def plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, str) and value.startswith("{"):
        return orjson.loads(value)
    return value


def put_campaign(database: Database, **changes: Any) -> None:
    """Approved and running, unless told otherwise."""
    row: dict[str, Any] = {
        "id": CAMPAIGN,
        "slug": "summer",
        "is_base_programme": False,
        "status": "approved",
        "names": '{"ja": "夏"}',
        "descriptions": '{"ja": "説明"}',
        "rule": orjson.dumps(FLAT).decode(),
        "starts_at": STARTS,
        "ends_at": ENDS,
        "lifetime_days": 90,
        "budget_points": 5000,
        "funding_account_id": BUDGET,
        "created_by_staff_id": OFFICER,
        "approved_by_staff_id": APPROVER,
        "created_at": CREATED,
        "approved_at": APPROVED_AT,
    }
    put(database, "campaigns", **(row | changes))


def put_draft(database: Database) -> None:
    put_campaign(
        database, status="draft", funding_account_id=None, approved_by_staff_id=None, approved_at=None
    )


class TestUpgrade:
    def test_turns_the_rule_into_a_document_with_its_lifetime(self, older: Database) -> None:
        put_campaign(older)

        migrations.upgrade(older, AFTER)

        assert rows(older, "SELECT rule FROM campaigns") == [(NESTED,)]

    def test_keeps_a_rule_that_says_little(self, older: Database) -> None:
        put_campaign(older, rule='{"fixed_points": 5}')

        migrations.upgrade(older, AFTER)

        [(rule,)] = rows(older, "SELECT rule FROM campaigns")
        assert rule == {"reward": {"fixed_points": 5}, "lifetime": {"days": 90}}

    def test_makes_what_was_approved_scheduled_and_its_first_version(self, older: Database) -> None:
        put_campaign(older)

        migrations.upgrade(older, AFTER)

        assert rows(older, "SELECT status, version FROM campaigns") == [("scheduled", 1)]
        found = rows(
            older,
            "SELECT version, status, rule, budget_points, drafted_by_staff_id, approved_by_staff_id"
            " FROM campaign_versions",
        )
        assert found == [(1, "approved", NESTED, 5000, OFFICER, APPROVER)]

    def test_writes_down_what_is_known_to_have_happened(self, older: Database) -> None:
        put_campaign(older)

        migrations.upgrade(older, AFTER)

        events = rows(older, "SELECT act, to_state, by_staff_id FROM campaign_events ORDER BY id")
        assert events == [
            ("drafted", "draft", OFFICER),
            ("approved", "approved", APPROVER),
            ("scheduled", "scheduled", APPROVER),
        ]

    def test_leaves_a_draft_a_draft(self, older: Database) -> None:
        put_draft(older)

        migrations.upgrade(older, AFTER)

        assert rows(older, "SELECT status FROM campaigns") == [("draft",)]
        assert rows(older, "SELECT status FROM campaign_versions") == [("draft",)]
        assert rows(older, "SELECT act FROM campaign_events") == [("drafted",)]

    def test_leaves_what_has_ended_ended(self, older: Database) -> None:
        put_campaign(older, status="ended")

        migrations.upgrade(older, AFTER)

        assert rows(older, "SELECT status FROM campaigns") == [("ended",)]

    def test_counts_on_what_was_counted(self, older: Database) -> None:
        put(
            older,
            "campaign_counters",
            account_id=PURSE,
            counted_on="2026-06-15",
            campaign_id=CAMPAIGN,
            awarded_points=120,
            award_count=3,
        )

        migrations.upgrade(older, AFTER)

        [counter] = rows(
            older,
            "SELECT account_id, shop_id, campaign_id, within, CAST(period_on AS VARCHAR(10)),"
            " awarded_points, award_count FROM campaign_counters",
        )
        assert counter == (PURSE, uuid.UUID(int=0).hex, CAMPAIGN, "day", "2026-06-15", 120, 3)


class TestDowngrade:
    def test_gives_back_what_it_took(self, older: Database) -> None:
        put_campaign(older)
        before = rows(older, "SELECT * FROM campaigns")
        migrations.upgrade(older, AFTER)

        migrations.downgrade(older, BEFORE)

        columns = "status, rule, lifetime_days, approved_by_staff_id"
        assert rows(older, f"SELECT {columns} FROM campaigns") == [("approved", FLAT, 90, APPROVER)]
        assert len(rows(older, "SELECT * FROM campaigns")) == len(before)

    @pytest.mark.parametrize(
        ("status", "older_status"),
        [
            ("review", "draft"),
            ("approved", "draft"),
            ("scheduled", "approved"),
            ("paused", "ended"),
            ("reported", "ended"),
        ],
    )
    def test_lets_nothing_grant_that_did_not(self, older: Database, status: str, older_status: str) -> None:
        put_campaign(older)
        migrations.upgrade(older, AFTER)
        rows(older, f"UPDATE campaigns SET status = '{status}' RETURNING id")

        migrations.downgrade(older, BEFORE)

        assert rows(older, "SELECT status FROM campaigns") == [(older_status,)]

    @pytest.mark.parametrize(
        "more",
        [
            {"who": {"must_be_verified": True}},
            {"when": NESTED["when"] | {"month_days": [3]}},
            {"caps": [{"per": "shop", "within": "day", "points": 1}]},
            {"lifetime": {"until": "2027-03-31"}},
            {"reward": {"step_yen": 100, "step_points": 1}},
        ],
    )
    def test_ends_a_campaign_whose_rule_the_older_program_would_misread(
        self, older: Database, more: dict[str, Any]
    ) -> None:
        put_campaign(older)
        migrations.upgrade(older, AFTER)
        rule = orjson.dumps(NESTED | more).decode()
        rows(older, f"UPDATE campaigns SET rule = '{rule}' RETURNING id".replace(":", "\\:"))

        migrations.downgrade(older, BEFORE)

        assert rows(older, "SELECT status FROM campaigns") == [("ended",)]

    def test_keeps_the_counters_of_a_day_and_a_person_only(self, older: Database) -> None:
        migrations.upgrade(older, AFTER)
        nobody = uuid.UUID(int=0).hex
        for account_id, shop_id, within in (
            (PURSE, nobody, "day"),
            (PURSE, nobody, "month"),
            (PURSE, BUDGET, "day"),
            (nobody, BUDGET, "day"),
        ):
            put(
                older,
                "campaign_counters",
                account_id=account_id,
                shop_id=shop_id,
                period_on="2026-06-01",
                campaign_id=CAMPAIGN,
                within=within,
                awarded_points=7,
                award_count=1,
                change_count=1,
            )

        migrations.downgrade(older, BEFORE)

        assert rows(older, "SELECT account_id, awarded_points FROM campaign_counters") == [(PURSE, 7)]
