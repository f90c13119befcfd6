"""How often circulars were opened and tapped: numbers only, nobody's name.

`opened` is exact: opening an inbox copy for the first time adds one, in the transaction that marks it read; marking
all of them read opens none. `tapped` is as often as apps said so: who taps twice counts twice, for nothing remembers
who tapped. Counters are spread over slices, so that a million readers of one circular do not queue up for one row.
"""

import random
import uuid
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.notices.models import CircularCount

SLICES = 16


@dataclass(frozen=True, slots=True)
class Engagement:
    """Of one circular. Shops are told tens, and no small figure."""

    opened: int
    tapped: int


def count_opened(session: Session, *, circular_id: uuid.UUID) -> None:
    _add(session, circular_id, opened=1, tapped=0)


def count_tapped(session: Session, *, circular_id: uuid.UUID) -> None:
    _add(session, circular_id, opened=0, tapped=1)


def _add(session: Session, circular_id: uuid.UUID, *, opened: int, tapped: int) -> None:
    slice_ = random.randrange(SLICES)  # noqa: S311
    dialect = session.get_bind().dialect.name
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(CircularCount)
    insert = insert.values(circular_id=circular_id, slice=slice_, opened=opened, tapped=tapped)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["circular_id", "slice"],
            set_={
                "opened": CircularCount.opened + insert.excluded.opened,
                "tapped": CircularCount.tapped + insert.excluded.tapped,
            },
        )
    )


def engagement_of(session: Session, *, circular_id: uuid.UUID) -> Engagement:
    opened, tapped = session.execute(
        select(
            func.coalesce(func.sum(CircularCount.opened), 0), func.coalesce(func.sum(CircularCount.tapped), 0)
        ).where(CircularCount.circular_id == circular_id)
    ).one()
    return Engagement(int(opened), int(tapped))
