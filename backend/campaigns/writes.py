"""How an award is counted: one row a person, campaign and day."""

from typing import Any

from sqlalchemy import BigInteger, Date, Integer, Uuid, select, true
from sqlalchemy.dialects import postgresql, sqlite

from backend.base.writes import RowColumns, Write
from backend.campaigns.models import CampaignCounter

COLUMNS = ("account_id", "counted_on", "campaign_id", "awarded_points", "award_count")


def _count(row: RowColumns, dialect: str) -> Any:
    """Set the totals decided upon, if nobody has counted since they were read."""
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(CampaignCounter)
    counters = CampaignCounter.__table__.c
    # "WHERE true": or SQLite reads ON CONFLICT as a join condition of the SELECT.
    insert = insert.from_select(list(COLUMNS), select(*[row[name] for name in COLUMNS]).where(true()))
    return insert.on_conflict_do_update(
        index_elements=[counters.account_id, counters.counted_on, counters.campaign_id],
        set_={
            "awarded_points": insert.excluded.awarded_points,
            "award_count": insert.excluded.award_count,
        },
        where=counters.award_count == insert.excluded.award_count - 1,
    )


COUNTERS = Write(
    "campaign_counters",
    {
        "account_id": Uuid(),
        "counted_on": Date(),
        "campaign_id": Uuid(),
        "awarded_points": BigInteger(),
        "award_count": Integer(),
    },
    _count,
)
