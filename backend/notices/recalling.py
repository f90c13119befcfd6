"""What was told and rings nowhere yet, and is not so any more: it leaves the outbox. The inbox keeps it."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import literal_column, select, update
from sqlalchemy.orm import Session

from backend.notices.kinds import NoticeKind
from backend.notices.models import OPEN_DELIVERIES, Delivery, DeliveryStatus, Notice

RECALLED = "recalled"
# To take an offer, which nobody can any more once it is ended, or its shop takes no part.
INVITING = (NoticeKind.FAVOURITE_OFFER, NoticeKind.SAVED_OFFER_ENDING)


def recall_pushes(
    session: Session, *, kinds: Collection[str], subject: str, subject_id: uuid.UUID, at: datetime
) -> int:
    """Of notices of those kinds whose parameter `subject` is that id. Returns how many pushes.

    Those waiting are few next to the inbox, and the index of the open ones finds them.
    """
    about = select(Notice.id).where(
        Notice.id == Delivery.notice_id,
        Notice.kind.in_([str(kind) for kind in kinds]),
        Notice.params[subject].as_string() == str(subject_id),
    )
    recalled = session.execute(
        update(Delivery)
        .where(
            literal_column(OPEN_DELIVERIES), Delivery.status == DeliveryStatus.WAITING.value, about.exists()
        )
        .values(status=DeliveryStatus.FAILED.value, failure=RECALLED, settled_at=at)
        .returning(Delivery.notice_id)
        .execution_options(synchronize_session=False)
    )
    return len(recalled.all())
