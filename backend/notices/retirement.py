"""Devices nobody has seen for long: nothing is pushed to them any more, until they register anew."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.notices.models import Device
from backend.notices.terms import NoticeTerms


def retire_unseen_devices(session: Session, *, terms: NoticeTerms, at: datetime, limit: int) -> int:
    """At most `limit` of those not seen for `terms.retire_days`. Returns how many."""
    is_unseen = Device.last_seen_at < at - timedelta(days=terms.retire_days)
    unseen = select(Device.id).where(Device.retired_at.is_(None), is_unseen)
    retired = session.execute(
        update(Device)
        # Looked at once more: one that registers just now is waited for, and spared.
        .where(Device.id.in_(unseen.limit(limit)), is_unseen)
        .values(retired_at=at)
        .returning(Device.id)
        .execution_options(synchronize_session=False)
    )
    return len(retired.all())
