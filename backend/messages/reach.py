"""Whom a message would reach now: how many are meant, would be told in their inbox, would hear their phone ring."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, case, exists, func, literal, not_, or_, select, true
from sqlalchemy.orm import Session

from backend.audiences.compiling import select_citizens
from backend.audiences.rules import Audience
from backend.base.errors import Conflict
from backend.messages.models import MessagePurpose
from backend.notices.models import ChoiceKind, Device, NoticeChoice
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
    listens = and_(consents, _listens(citizen_id, purpose, category, shop_id))
    rings = and_(listens, _has_device(citizen_id, purpose, terms, at))
    row = session.execute(
        select(func.count(), _sum(consents), _sum(listens), _sum(rings)).select_from(meant)
    ).one()
    everybody, consenting, listening, ringing = (int(count or 0) for count in row)
    # Advertising is told to nobody who does not want it; the rest stands in every inbox.
    told = listening if purpose == MessagePurpose.SHOPS else everybody
    return Reach(everybody, consenting, listening, ringing, told)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _listens(
    citizen_id: ColumnElement[uuid.UUID], purpose: str, category: str, shop_id: uuid.UUID | None
) -> ColumnElement[bool]:
    if purpose == MessagePurpose.DISASTER:
        return true()
    choices = NoticeChoice.__table__.c
    muted = and_(choices.kind == ChoiceKind.MUTED_CATEGORY.value, choices.subject == category)
    if shop_id is not None:
        mutes_shop = and_(choices.kind == ChoiceKind.MUTED_SHOP.value, choices.subject == str(shop_id))
        muted = or_(muted, mutes_shop)
    return not_(exists().where(choices.citizen_id == citizen_id, muted))


def _has_device(
    citizen_id: ColumnElement[uuid.UUID], purpose: str, terms: NoticeTerms, at: datetime
) -> ColumnElement[bool]:
    devices = Device.__table__.c
    found = exists().where(devices.citizen_id == citizen_id, devices.retired_at.is_(None))
    if purpose == MessagePurpose.DISASTER:
        return found
    return found.where(devices.last_seen_at >= at - timedelta(days=terms.unseen_days))
