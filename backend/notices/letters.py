"""The other outbox: letters (e-mail, short messages), deleted once sent, because they may hold a code."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.base.mail import MailMessage
from backend.base.text import has_text, text
from backend.notices.rules import retry_at
from backend.people.models import Letter


@dataclass(frozen=True, slots=True)
class TakenLetter:
    """A letter, as it was when a worker took it; `attempts` counts this one too."""

    id: uuid.UUID
    attempts: int
    channel: str
    recipient: str = field(repr=False)
    kind: str
    language: str
    params: Mapping[str, str] = field(repr=False)


def make_letter(letter: TakenLetter) -> MailMessage:
    """A phone gets `sms.<kind>` where there is one. Raises KeyError for a missing text or parameter."""
    if letter.channel == "phone" and has_text(f"sms.{letter.kind}"):
        body = text(f"sms.{letter.kind}", letter.language, **letter.params)
        return MailMessage(letter.recipient, "", body)
    return MailMessage(
        letter.recipient,
        text(f"mail.{letter.kind}.subject", letter.language, **letter.params),
        text(f"mail.{letter.kind}.body", letter.language, **letter.params),
    )


def has_due_letter(session: Session, *, at: datetime) -> bool:
    return session.scalar(select(Letter.id).where(Letter.not_before <= at).limit(1)) is not None


def take_letter(session: Session, *, at: datetime, lease_seconds: int) -> TakenLetter | None:
    """The letter that has waited longest, if any is due; nobody else takes it while the lease lasts.

    After a crash it is sent again: a code that comes twice does no harm, one that never comes does.
    """
    due = (
        select(Letter.id)
        .where(Letter.not_before <= at)
        .order_by(Letter.not_before)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    row = session.execute(
        update(Letter)
        .where(Letter.id.in_(select(due.c.id)))
        .values(attempts=Letter.attempts + 1, not_before=at + timedelta(seconds=lease_seconds))
        .returning(
            Letter.id,
            Letter.attempts,
            Letter.channel,
            Letter.recipient,
            Letter.kind,
            Letter.language,
            Letter.params,
        )
        .execution_options(synchronize_session=False)
    ).first()
    return TakenLetter(*row) if row else None


def discard_letter(session: Session, *, letter: TakenLetter) -> None:
    """It was sent, or never will be."""
    session.execute(delete(Letter).where(Letter.id == letter.id))


def postpone_letter(session: Session, *, letter: TakenLetter, at: datetime) -> bool:
    """Try again later. False: that was the last try, and the letter is gone."""
    again = retry_at(at, letter.attempts, spread=random.random())  # noqa: S311
    if again is None:
        discard_letter(session, letter=letter)
        return False
    session.execute(
        update(Letter)
        .where(Letter.id == letter.id, Letter.attempts == letter.attempts)
        .values(not_before=again)
    )
    return True
