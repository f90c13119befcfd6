"""Whom a message would reach now, and why it would reach nobody. Caps and quiet hours only put off."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, literal, select
from sqlalchemy.orm import Session

from backend.audiences.compiling import select_citizens
from backend.audiences.counting import AudienceCount, count_exactly
from backend.audiences.rules import Audience
from backend.base.errors import Conflict
from backend.messages.models import MessagePurpose
from backend.messages.sending.reading import is_muted
from backend.notices.terms import NoticeTerms
from backend.notices.writes import consent_stands


class MessageAudienceEmpty(Conflict):
    """Nobody meets the description of its audience."""


class MessageConsentMissing(Conflict):
    """Nobody of its audience consents to pushes for its purpose."""


class MessageDeviceMissing(Conflict):
    """None of those who consent has a phone that a push can reach."""


class MessageMuted(Conflict):
    """All whose phones could ring have muted its category, or the shop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What decides who gets a message. `shop_id`: whose it is; None: the city's."""

    audience: Audience
    purpose: str
    category: str
    shop_id: uuid.UUID | None


def count_reach(session: Session, *, mailing: Mailing, terms: NoticeTerms, at: datetime) -> AudienceCount:
    """For the city, exactly; see `audiences.counting.count_audience` for what shops are told."""
    return count_exactly(
        session,
        audience=mailing.audience,
        purpose=mailing.purpose,
        category=mailing.category,
        shop_id=mailing.shop_id,
        terms=terms,
        at=at,
    )


def obstacle_of(count: AudienceCount) -> type[Conflict] | None:
    """Why no phone would ring."""
    if not count.people_count:
        return MessageAudienceEmpty
    if not count.consenting_count:
        return MessageConsentMissing
    if not count.reachable_count:
        return MessageDeviceMissing
    return None if count.unmuted_count else MessageMuted


def is_anybody_told(session: Session, *, mailing: Mailing, at: datetime) -> bool:
    """In the inbox at least: of advertising only who wants it, of a disaster everybody."""
    meant = select_citizens(mailing.audience, at=at).subquery("meant")
    told = select(meant.c.id).limit(1)
    if mailing.purpose == MessagePurpose.SHOPS:
        told = told.where(consent_stands(meant.c.id, literal(mailing.purpose, String())))
    if mailing.purpose != MessagePurpose.DISASTER:
        told = told.where(~is_muted(meant.c.id))
    muting = {"category": mailing.category, "shop": str(mailing.shop_id or "")}
    return session.execute(told, muting).first() is not None
