"""Somebody leaves: messages forget whom they went to, but not to how many."""

import uuid

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.messages.models import MessageRecipient

NOBODY = uuid.UUID(int=0)


def forget_recipient(session: Session, *, citizen_id: uuid.UUID) -> None:
    """Their rows stay, nobody's: the figures of a message still add up; who still waits is dropped when looked at."""
    session.execute(
        update(MessageRecipient)
        .where(MessageRecipient.citizen_id == citizen_id)
        .values(citizen_id=NOBODY)
        .execution_options(synchronize_session=False)
    )
