"""How an award is counted, how a stamp is given: rows of the one statement that writes a purchase.

And how a mission's claim is written: see CLAIM.
"""

from typing import Any

from sqlalchemy import BigInteger, Date, Integer, SmallInteger, String, Uuid, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.base.database import JsonDocument, UtcDateTime
from backend.base.writes import RowColumns, Write, WriteList, insert_into
from backend.campaigns.models import (
    CampaignCard,
    CampaignCounter,
    CampaignStamp,
    MissionClaim,
    RewardCode,
)
from backend.notices.writes import ANNOUNCE_WRITES
from backend.points.writes import LEDGER_WRITES

KEY = ("account_id", "shop_id", "period_on", "campaign_id", "within")
COUNTED = ("awarded_points", "award_count", "change_count")
COLUMNS = (*KEY, *COUNTED)


def _count(row: RowColumns, dialect: str) -> Any:
    """Set the totals decided upon, if nobody has counted since they were read."""
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(CampaignCounter)
    counters = CampaignCounter.__table__.c
    # "WHERE true": or SQLite reads ON CONFLICT as a join condition of the SELECT.
    insert = insert.from_select(list(COLUMNS), select(*[row[name] for name in COLUMNS]).where(true()))
    return insert.on_conflict_do_update(
        index_elements=[counters[name] for name in KEY],
        set_={name: insert.excluded[name] for name in COUNTED},
        where=counters.change_count == insert.excluded.change_count - 1,
    )


COUNTERS = Write(
    "campaign_counters",
    {
        "account_id": Uuid(),
        "shop_id": Uuid(),
        "period_on": Date(),
        "campaign_id": Uuid(),
        "within": String(12),
        "awarded_points": BigInteger(),
        "award_count": Integer(),
        "change_count": Integer(),
    },
    _count,
)


def _keep_stamp(row: RowColumns, _dialect: str) -> Any:
    """Touched, not changed: a card is completed only as long as no refund takes one of its stamps meanwhile."""
    stamps = CampaignStamp.__table__.c
    return (
        update(CampaignStamp)
        .where(
            stamps.campaign_id == row["campaign_id"],
            stamps.account_id == row["account_id"],
            stamps.card_number == row["card_number"],
            stamps.position == row["position"],
        )
        .values(stamped_at=stamps.stamped_at)
    )


STAMPS_KEPT = Write(
    "campaign_stamps_kept",
    {"campaign_id": Uuid(), "account_id": Uuid(), "card_number": Integer(), "position": SmallInteger()},
    _keep_stamp,
)

# Two purchases that give the same stamp meet at the key; the second is tried again with what holds then.
STAMPS = insert_into(
    CampaignStamp.__table__,
    "campaign_id",
    "account_id",
    "card_number",
    "position",
    "distinct_key",
    "purchase_id",
    "stamped_at",
)
CARDS = insert_into(
    CampaignCard.__table__, "campaign_id", "account_id", "card_number", "completed_at", "purchase_id"
)


def _use_reward_code(row: RowColumns, _dialect: str) -> Any:
    """The guard that gives the last use of a code to one person, and none once it is revoked."""
    codes = RewardCode.__table__.c
    return (
        update(RewardCode)
        .where(
            codes.id == row["reward_code_id"],
            codes.uses_left > 0,
            codes.revoked_at.is_(None),
            codes.valid_from <= row["at"],
            codes.valid_until > row["at"],
        )
        .values(uses_left=codes.uses_left - 1)
    )


def _raise_claim(row: RowColumns, _dialect: str) -> Any:
    """Upon what was reported of the day when it was decided."""
    claims = MissionClaim.__table__.c
    return (
        update(MissionClaim)
        .where(claims.id == row["claim_id"], claims.quantity == row["from_quantity"])
        .values({name: row[name] for name in RAISED})
    )


RAISED = ("quantity", "claimed_at", "points", "verdict")
REWARD_CODE_USES = Write(
    "reward_code_uses", {"reward_code_id": Uuid(), "at": UtcDateTime()}, _use_reward_code
)
# Two claims of one person by one code, or two first reports of a day, meet at the key.
MISSION_CLAIMS = insert_into(
    MissionClaim.__table__,
    "id",
    "campaign_id",
    "account_id",
    "reward_code_id",
    "quantity",
    "unit",
    "done_on",
    "claimed_at",
    "points",
    "verdict",
)
CLAIM_RAISES = Write(
    "mission_claim_raises",
    {
        "claim_id": Uuid(),
        "from_quantity": Integer(),
        "quantity": Integer(),
        "claimed_at": UtcDateTime(),
        "points": BigInteger(),
        "verdict": JsonDocument,
    },
    _raise_claim,
)
CLAIM = WriteList(
    [REWARD_CODE_USES, MISSION_CLAIMS, CLAIM_RAISES, *LEDGER_WRITES, COUNTERS, *ANNOUNCE_WRITES]
)
