"""Whom a message would reach now: how many are meant, would be told in their inbox, would hear their phone ring."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, case, exists, func, literal, not_, select, true
from sqlalchemy.orm import Session

from backend.audiences.compiling import select_citizens
from backend.audiences.rules import Audience
from backend.base.errors import Conflict
from backend.messages.models import MessagePurpose
from backend.messages.sending.reading import is_muted
from backend.notices.models import Device
from backend.notices.terms import NoticeTerms
from backend.notices.writes import consent_stands


class MessageAudienceEmpty(Conflict):
    """Nobody meets the description of its audience."""


class MessageConsentMissing(Conflict):
    """Nobody of its audience consents to pushes for its purpose."""


class MessageMuted(Conflict):
    """All who consent have muted its category, or the shop."""


class MessageDeviceMissing(Conflict):
    """None of those who want it has a phone that a push can reach."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Each of the next is among those before: meant, consenting to its purpose, not muting it, with a phone."""

    meant: int
    consenting: int
    listening: int
    ringing: int
    told: int  # in the inbox

    @property
    def obstacle(self) -> type[Conflict] | None:
        """Why no phone would ring."""
        if self.ringing:
            return None
        if not self.meant:
            return MessageAudienceEmpty
        if not self.consenting:
            return MessageConsentMissing
        return MessageDeviceMissing if self.listening else MessageMuted


def count_reach(
    session: Session,
    *,
    audience: Audience,
    purpose: str,
    category: str,
    shop_id: uuid.UUID | None,
    terms: NoticeTerms,
    at: datetime,
) -> Reach:
    """In one statement. Caps and quiet hours are left out: they only put off, or choose among many."""
    meant = select_citizens(audience, at=at).subquery("meant")
    citizen_id: ColumnElement[uuid.UUID] = meant.c[0]
    consents = consent_stands(citizen_id, literal(purpose, String()))
    hears = true() if purpose == MessagePurpose.DISASTER else not_(is_muted(citizen_id))
    listens = and_(consents, hears)
    rings = and_(listens, _has_device(citizen_id, purpose, terms, at))
    # Advertising is told to nobody who does not want it; the rest stands in every inbox that is not closed to it.
    told = listens if purpose == MessagePurpose.SHOPS else hears
    counts = [func.count(), *(_sum(condition) for condition in (consents, listens, rings, told))]
    row = session.execute(
        select(*counts).select_from(meant), {"category": category, "shop": str(shop_id or "")}
    ).one()
    return Reach(*(int(count or 0) for count in row))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _has_device(
    citizen_id: ColumnElement[uuid.UUID], purpose: str, terms: NoticeTerms, at: datetime
) -> ColumnElement[bool]:
    devices = Device.__table__.c
    found = exists().where(devices.citizen_id == citizen_id, devices.retired_at.is_(None))
    if purpose == MessagePurpose.DISASTER:
        return found
    return found.where(devices.last_seen_at > at - timedelta(days=terms.unseen_days))
