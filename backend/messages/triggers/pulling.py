"""Going through the citizens for one trigger: a page is found by a read, and told by a write of its own."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.statements import among
from backend.messages.triggers.rules import TriggerRule
from backend.notices.reminders import announce_due
from backend.people.models import Citizen


def list_due_citizens(
    session: Session, *, rule: TriggerRule, after: uuid.UUID | None, at: datetime, limit: int
) -> Sequence[uuid.UUID]:
    """By their ids, from behind `after` on; at most `limit`, fewer when there are no more. Takes no lock."""
    due = rule.select(at, session.get_bind().dialect.name).with_only_columns(Citizen.id)
    if after is not None:
        due = due.where(Citizen.id > after)
    return session.scalars(due.order_by(Citizen.id).limit(limit)).all()


def tell_citizens(
    session: Session, *, rule: TriggerRule, citizen_ids: Sequence[uuid.UUID], at: datetime
) -> int:
    """Whatever each of them is due, if they still are. Returns how many notices were told.

    One worker at a time for each of them: two whose clocks differ may find the same points under two keys.
    """
    dialect = session.get_bind().dialect.name
    chosen = among(Citizen.__table__.c.id, "citizen_ids", dialect)
    ids = {"citizen_ids": list(citizen_ids)}
    held = select(Citizen.id).where(chosen).order_by(Citizen.id).with_for_update(key_share=True)
    session.execute(held, ids).all()
    due = rule.select(at, dialect).where(chosen).params(ids)
    return announce_due(session, due=due, kind=rule.kind, at=at)
