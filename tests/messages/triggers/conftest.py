"""A citizen with a phone who wants to hear everything, and what a trigger tells them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.messages.triggers.pulling import list_due_citizens, tell_citizens
from backend.messages.triggers.table import list_triggers
from backend.notices.models import Notice
from backend.notices.terms import load_terms
from backend.people.models import Consent
from tests.factories.notices import make_device
from tests.factories.organisations import make_shop
from tests.factories.people import SignedInCitizen, make_citizen

DAY = timedelta(days=1)
TRIGGERS = {rule.name: rule for rule in list_triggers(load_terms())}
Pull = Callable[[str, datetime], int]


def consent(session: Session, citizen_id: uuid.UUID, purpose: str, at: datetime) -> None:
    session.add(Consent(id=new_id(), citizen_id=citizen_id, purpose=purpose, version="2026-11", given_at=at))
    session.flush()


@pytest.fixture
def reader(session: Session, at: datetime) -> SignedInCitizen:
    reader = make_citizen(session, at=at)
    consent(session, reader.id, "push_city", at)
    consent(session, reader.id, "push_shops", at)
    make_device(session, citizen_id=reader.id, at=at)
    return reader


@pytest.fixture
def shop_id(session: Session, at: datetime) -> uuid.UUID:
    return make_shop(session, at=at, name_en="Wheat & Whistle").id


@pytest.fixture
def pull(session: Session) -> Pull:
    """Everybody who is due something of a trigger is told it; how many notices."""

    def pull(name: str, at: datetime) -> int:
        rule = TRIGGERS[name]
        ids = list_due_citizens(session, rule=rule, after=None, at=at, limit=100)
        return tell_citizens(session, rule=rule, citizen_ids=ids, at=at)

    return pull


@dataclass(frozen=True)
class Told:
    kind: str
    params: dict[str, Any]
    expires_at: datetime | None


def told(session: Session, citizen: SignedInCitizen) -> list[Told]:
    """Everything that was ever told somebody, the oldest first."""
    query = select(Notice).where(Notice.citizen_id == citizen.id).order_by(Notice.created_at, Notice.id)
    return [Told(row.kind, row.params, row.expires_at) for row in session.scalars(query)]
