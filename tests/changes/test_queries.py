"""How the database finds what changed."""

import re

import pytest
from sqlalchemy import text

from backend.base.database import Database
from backend.base.statements import Prepared
from backend.changes.queries import CHANGED, SEEN

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
class TestPlan:
    """Of SQLite, whose plan does not depend on how few rows a test has."""

    def test_finds_own_notices_by_their_numbers(self, database: Database) -> None:
        plan = plan_of(CHANGED, database)

        assert "USING INDEX ix_notices_unread (citizen_id=? AND changed_in>?)" in plan
        assert "USING INDEX ix_notices_read (citizen_id=? AND changed_in>?)" in plan

    @pytest.mark.parametrize("statement", [CHANGED, SEEN], ids=["changed", "seen"])
    def test_walks_neither_through_the_log_nor_through_others_notices(
        self, database: Database, statement: Prepared
    ) -> None:
        assert re.findall(r"SCAN (notices|changes|own_changes)\b", plan_of(statement, database)) == []


def plan_of(statement: Prepared, database: Database) -> str:
    compiled = statement.compiled_for(database.engine.dialect)
    query = text(f"EXPLAIN QUERY PLAN {compiled.text}".replace("?", ":p"))
    params = {f"p{number}": None for number in range(1, len(compiled.names) + 1)}
    rows = database.run(lambda session: session.execute(query, params).all())
    return "\n".join(row.detail for row in rows)
