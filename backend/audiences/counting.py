"""How many a description means now, and how many of them a message would reach."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from backend.audiences.compiling import select_citizens
from backend.audiences.describing import describe
from backend.audiences.queries import find_names
from backend.audiences.rules import Audience, write_audience
from backend.audiences.service import check_audience
from backend.notices.models import ChoiceKind, Device, NoticeChoice
from backend.notices.terms import NoticeTerms
from backend.organisations.regions import Region
from backend.people.models import Consent, ConsentPurpose

# What shops are told is rounded down to these: two descriptions that differ by one person look alike.
SHOPS_STEP = 10


@dataclass(frozen=True, slots=True)
class AudienceCount:
    """Each of those counted before: who is meant, consents to the purpose, has a device to reach, muted nothing.

    None: so few that a shop is not told; `is_suppressed` says that one of them is. `is_rounded`: down to tens.
    """

    people_count: int | None
    consenting_count: int | None
    reachable_count: int | None
    unmuted_count: int | None
    is_rounded: bool = False
    is_suppressed: bool = False


@dataclass(frozen=True, slots=True)
class PreviewedAudience:
    """`audience` in canonical form."""

    audience: Mapping[str, Any]
    description: str
    count: AudienceCount


def preview_audience(
    session: Session,
    *,
    document: Mapping[str, Any],
    purpose: str,
    category: str | None,
    shop_id: uuid.UUID | None,
    region: Region,
    terms: NoticeTerms,
    language: str,
    at: datetime,
) -> PreviewedAudience:
    """A description before it is used, as `service.check_audience` and `count_audience`. Raises AudienceInvalid."""
    audience = check_audience(session, document=document, shop_id=shop_id, region=region)
    count = count_audience(
        session, audience=audience, purpose=purpose, category=category, shop_id=shop_id, terms=terms, at=at
    )
    said = describe(audience, language, names=find_names(session, [audience]))
    return PreviewedAudience(write_audience(audience), said, count)


def count_audience(
    session: Session,
    *,
    audience: Audience,
    purpose: str,
    category: str | None,
    shop_id: uuid.UUID | None,
    terms: NoticeTerms,
    at: datetime,
) -> AudienceCount:
    """One query. `purpose` as ConsentPurpose says it; `category` None: mutes of categories are not looked at.

    With `shop_id` it is that shop that asks: numbers are rounded, small ones left out.
    """
    exact = count_exactly(
        session, audience=audience, purpose=purpose, category=category, shop_id=shop_id, terms=terms, at=at
    )
    if shop_id is None:
        return exact
    counts = (exact.people_count, exact.consenting_count, exact.reachable_count, exact.unmuted_count)
    people, consenting, reachable, unmuted = [
        shown_to_shops(count or 0, terms.audience_shown_from) for count in counts
    ]
    # Each counts among those before it: the last is the smallest.
    return AudienceCount(
        people, consenting, reachable, unmuted, is_rounded=True, is_suppressed=unmuted is None
    )


def shown_to_shops(count: int, shown_from: int) -> int | None:
    """Rounded down to tens; None below `shown_from`."""
    return None if count < shown_from else max(count - count % SHOPS_STEP, min(count, shown_from))


def count_exactly(
    session: Session,
    *,
    audience: Audience,
    purpose: str,
    category: str | None,
    shop_id: uuid.UUID | None,
    terms: NoticeTerms,
    at: datetime,
) -> AudienceCount:
    """The same for the city, which decides about shops' messages too: `shop_id` is whose mutes count."""
    meant = select_citizens(audience, at=at).subquery("meant")
    consents = (
        select(Consent.citizen_id)
        .where(Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
        .subquery("consents")
    )
    devices = select(Device.citizen_id).where(*_reachable(purpose, terms, at)).distinct().subquery("devices")
    mutes = select(NoticeChoice.citizen_id).where(_muted(category, shop_id)).distinct().subquery("mutes")
    consenting = consents.c.citizen_id.is_not(None)
    reachable = and_(consenting, devices.c.citizen_id.is_not(None))
    unmuted = and_(reachable, mutes.c.citizen_id.is_(None))
    people = (
        meant.outerjoin(consents, consents.c.citizen_id == meant.c.id)
        .outerjoin(devices, devices.c.citizen_id == meant.c.id)
        .outerjoin(mutes, mutes.c.citizen_id == meant.c.id)
    )
    row = session.execute(
        select(func.count(), _times(consenting), _times(reachable), _times(unmuted)).select_from(people)
    ).one()
    return AudienceCount(row[0], row[1], row[2], row[3])


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _reachable(purpose: str, terms: NoticeTerms, at: datetime) -> list[ColumnElement[bool]]:
    """A disaster is told to whatever device is left."""
    found: list[ColumnElement[bool]] = [Device.retired_at.is_(None)]
    if purpose != ConsentPurpose.PUSH_DISASTER:
        found.append(Device.last_seen_at >= at - timedelta(days=terms.unseen_days))
    return found


def _muted(category: str | None, shop_id: uuid.UUID | None) -> ColumnElement[bool]:
    choices = [
        and_(NoticeChoice.kind == kind.value, NoticeChoice.subject == str(subject))
        for kind, subject in ((ChoiceKind.MUTED_CATEGORY, category), (ChoiceKind.MUTED_SHOP, shop_id))
        if subject is not None
    ]
    return or_(*choices) if choices else NoticeChoice.kind.is_(None)
