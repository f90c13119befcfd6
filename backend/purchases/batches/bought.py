"""What a batch is made of, once codes are looked up, and what becomes of it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.base.errors import MeguriError
from backend.base.records import made_often
from backend.purchases.basis import Buyer
from backend.purchases.rows import Evidence
from backend.purchases.rules.offline_codes import CLOCK_SKEW
from backend.purchases.rules.sales import Sale
from backend.purchases.service.recording import DoneAtOutsideWindow, RecordedPurchase

# Most purchases of one batch; whoever has more sends several.
BATCH_MAX = 500

# Of each purchase of a batch: what was recorded, now or before, or why it was not.
Outcome = RecordedPurchase | MeguriError


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A purchase that may be recorded: its code is sound and its time lies within bounds."""

    buyer: Buyer
    shop_id: uuid.UUID
    sale: Sale
    done_at: datetime
    evidence: Evidence
    may_earn: bool = True


def check_done_at(done_at: datetime, *, window: timedelta, at: datetime) -> None:
    """A stored moment is a hint, within bounds. Raises DoneAtOutsideWindow."""
    if not at - window <= done_at <= at + CLOCK_SKEW:
        raise DoneAtOutsideWindow(field="done_at")
