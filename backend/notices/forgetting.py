"""Old notices are forgotten: what happened stands in purchases and the ledger, and the rest was of its day."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.base.database import first_id_at
from backend.notices.models import Notice

# Longer than any trigger looks ahead, for what must be told only once is known by its notice.
KEPT_DAYS = 365


def forget_old_notices(session: Session, *, at: datetime, limit: int) -> int:
    """At most `limit`, read or not, with their deliveries. Returns how many.

    Copies of messages go sooner, with the message's recipients.
    """
    # By ids, which are ordered by time: the moment itself has no index.
    first_kept = first_id_at(at - timedelta(days=KEPT_DAYS))
    old = select(Notice.id).where(Notice.id < first_kept).order_by(Notice.id).limit(limit)
    deleted = delete(Notice).where(Notice.id.in_(old)).returning(Notice.id)
    return len(session.execute(deleted.execution_options(synchronize_session=False)).all())
