"""What a trigger is, and what all of them ask of a citizen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, literal, select

from backend.notices.kinds import KINDS, NoticeKind
from backend.notices.models import ChoiceKind, Notice
from backend.notices.preferences import has_chosen
from backend.notices.reminders import DUE_COLUMNS
from backend.notices.writes import consent_stands
from backend.people.models import Citizen, ConsentPurpose

# At a moment, in a dialect: DUE_COLUMNS of who is due and not told yet, with Citizen among its tables.
Due = Callable[[datetime, str], Select[Any]]


@dataclass(frozen=True, slots=True)
class TriggerRule:
    """`kind` has the texts, the purpose and the toggle (see `notices.kinds`); `due` finds whom to tell what.

    `every_seconds`: how often it is looked at.
    """

    name: str
    kind: NoticeKind
    every_seconds: float
    due: Due

    def select(self, at: datetime, dialect: str) -> Select[Any]:
        """Those who are due, did not mute it and, where it is advertising, asked for that."""
        terms, citizen_id = KINDS[self.kind], Citizen.__table__.c.id
        assert terms.trigger is not None  # noqa: S101 (a test asks it of each)
        due = self.due(at, dialect).where(
            ~has_chosen(citizen_id, ChoiceKind.MUTED_TRIGGER, terms.trigger.value)
        )
        if terms.purpose is ConsentPurpose.PUSH_SHOPS:
            due = due.where(consent_stands(citizen_id, literal(terms.purpose.value, String())))
        return due


def due_columns(
    *, key: ColumnElement[Any], params: ColumnElement[Any], expires_at: Any
) -> list[ColumnElement[Any]]:
    """DUE_COLUMNS, of the citizen in the query."""
    columns = (Citizen.__table__.c.id, key, params, expires_at)
    return [column.label(name) for name, column in zip(DUE_COLUMNS, columns, strict=True)]


def untold(key: ColumnElement[str]) -> ColumnElement[bool]:
    """Nobody told the citizen of the query around it under that key."""
    notices, citizens = Notice.__table__.c, Citizen.__table__.c
    return (
        ~select(literal(1))
        .where(notices.citizen_id == citizens.id, notices.dedupe_key == key)
        .correlate_except(Notice)
        .exists()
    )
