"""What a purchase writes of this feature: see `base.writes`."""

from typing import Any

from sqlalchemy import Uuid, update

from backend.base.database import UtcDateTime
from backend.base.writes import RowColumns, Write
from backend.people.models import CitizenCode


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
