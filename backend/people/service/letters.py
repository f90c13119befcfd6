"""Letters are queued inside the transaction that causes them; the worker sends them outside it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.people.models import Letter


def queue_letter(
    session: Session,
    *,
    channel: str,
    recipient: str,
    kind: str,
    language: str,
    params: Mapping[str, str],
    at: datetime,
) -> None:
    """`channel`: email or phone; `params` fill the texts `mail.<kind>.subject` and `.body`."""
    session.add(
        Letter(
            id=new_id(),
            channel=channel,
            recipient=recipient,
            kind=kind,
            language=language,
            params=dict(params),
            created_at=at,
            attempts=0,
            not_before=at,
        )
    )


def discard_letters(session: Session, *, recipients: Collection[str]) -> None:
    """Whoever has left is written to no more."""
    session.execute(delete(Letter).where(Letter.recipient.in_(recipients)))
