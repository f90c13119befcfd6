"""What an export holds, held against the tables there are."""

from sqlalchemy import Table

from backend.base.database import Base
from backend.membership.queries import HOLDINGS

# Tables that name an account which is nobody's: a campaign's budget.
OF_NO_PERSON = {"campaigns"}
PEOPLE = {"citizens", "points_accounts"}


def tables_about_people() -> set[str]:
    """Those that point at citizens or points accounts, over however many steps."""
    found = set(PEOPLE)
    while more := {table.name for table in Base.metadata.tables.values() if _points_at(table, found)} - found:
        found |= more
    return found - OF_NO_PERSON


def _points_at(table: Table, names: set[str]) -> bool:
    if table.name in OF_NO_PERSON:
        return False
    return any(key.column.table.name in names for key in table.foreign_keys)


class TestHoldings:
    def test_forget_no_table_about_people(self) -> None:
        exported = {holding.model.__tablename__ for holding in HOLDINGS.values()}

        assert tables_about_people() - exported == set()

    def test_hide_only_columns_there_are(self) -> None:
        for holding in HOLDINGS.values():
            assert holding.hidden <= set(holding.model.__table__.columns.keys())

    def test_hide_every_hash(self) -> None:
        shown = {
            f"{name}.{column}"
            for name, holding in HOLDINGS.items()
            for column in holding.model.__table__.columns.keys()  # noqa: SIM118
            if column.endswith("_hash") and column not in holding.hidden
        }

        assert shown == set()
