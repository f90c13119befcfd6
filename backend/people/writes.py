"""What a purchase writes of this feature: see `base.writes`."""

from datetime import datetime
from typing import Any

from sqlalchemy import Uuid, update

from backend.base.database import UtcDateTime
from backend.base.writes import RowColumns, Write, WriteRow, insert_into
from backend.people.code_models import CardUse, OfflineCodeUse
from backend.people.models import CitizenCode
from backend.people.queries import CardUsed, CitizenCodeRow, OfflineUse


def _use_code(row: RowColumns, _dialect: str) -> Any:
    """The guard that makes a code single-use, whichever two tills read it in the same millisecond."""
    codes = CitizenCode.__table__.c
    return (
        update(CitizenCode)
        .where(
            codes.id == row["citizen_code_id"],
            codes.used_at.is_(None),
            codes.expires_at > row["used_at"],
        )
        .values(used_at=row["used_at"])
    )


CITIZEN_CODE_USE = Write("citizen_code_use", {"citizen_code_id": Uuid(), "used_at": UtcDateTime()}, _use_code)
# UNIQUE says the rest: of two tills with one code the second finds its minute taken.
OFFLINE_CODE_USE = insert_into(OfflineCodeUse.__table__, "id", "key_id", "step", "used_at")
# A card is used again and again: a till's Idempotency-Key tells one sale from the next.
CARD_USE = insert_into(CardUse.__table__, "id", "card_id", "used_at")
CODE_USES = (CITIZEN_CODE_USE, OFFLINE_CODE_USE, CARD_USE)


def code_use_rows(code: CitizenCodeRow, at: datetime) -> dict[str, list[WriteRow]]:
    """What uses up a code that a till read, whoever made it: rows of one of CODE_USES."""
    match code.origin:
        case OfflineUse(key_id, step):
            row = {"id": code.id, "key_id": key_id, "step": step, "used_at": at}
            return {OFFLINE_CODE_USE.name: [row]}
        case CardUsed(card_id):
            return {CARD_USE.name: [{"id": code.id, "card_id": card_id, "used_at": at}]}
    return {CITIZEN_CODE_USE.name: [{"citizen_code_id": code.id, "used_at": at}]}
