"""Going through the citizens for one trigger: a page is found by a read, and told by a write of its own."""

import uuid
from collections.abc import Sequence
from datetime import datetime

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
    """Whatever each of them is due, if they still are. Returns how many notices were told."""
    dialect = session.get_bind().dialect.name
    chosen = among(Citizen.__table__.c.id, "citizen_ids", dialect)
    due = rule.select(at, dialect).where(chosen).params(citizen_ids=list(citizen_ids))
    return announce_due(session, due=due, kind=rule.kind, at=at)
