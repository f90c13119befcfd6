"""Reads of saved audiences, each within its owner's; and the names of what descriptions mention."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from backend.audiences.describing import Names, describe
from backend.audiences.models import SavedAudience
from backend.audiences.rules import (
    CAMPAIGN,
    MEMBER_LIST,
    SHOP,
    Audience,
    AudienceInvalid,
    mentioned,
    read_audience,
)
from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.base.text import LANGUAGES
from backend.campaigns.queries import get_campaign_names
from backend.organisations.queries import get_shop_names
from backend.organisations.regions import Region
from backend.people.memberships import get_list_names
from backend.people.models import Staff


class AudienceNotFound(NotFound):
    """Not there, or another's."""


@dataclass(frozen=True, slots=True)
class AudienceCard:
    """`description` None: the document says nothing any more, since the region's rings have changed."""

    id: uuid.UUID
    shop_id: uuid.UUID | None
    name: str
    audience: dict[str, Any]
    description: str | None
    made_by: str
    changed_by: str
    created_at: datetime
    changed_at: datetime


MADE_BY, CHANGED_BY = aliased(Staff), aliased(Staff)


def _cards(shop_ids: Sequence[uuid.UUID] | None) -> Any:
    return (
        select(
            SavedAudience,
            MADE_BY.display_name.label("made_by"),
            CHANGED_BY.display_name.label("changed_by"),
        )
        .join(MADE_BY, MADE_BY.id == SavedAudience.made_by_staff_id)
        .join(CHANGED_BY, CHANGED_BY.id == SavedAudience.changed_by_staff_id)
        .where(owned_by(shop_ids))
    )


def owned_by(shop_ids: Sequence[uuid.UUID] | None) -> ColumnElement[bool]:
    """Those of these shops; None: the city's own."""
    owner = SavedAudience.shop_id
    return owner.is_(None) if shop_ids is None else owner.in_(shop_ids)


def list_audiences(
    session: Session,
    *,
    shop_ids: Sequence[uuid.UUID] | None,
    region: Region,
    language: str,
    page: PageRequest,
) -> Page[AudienceCard]:
    """Newest first. `shop_ids` None: the city's own. Four queries at most."""
    query = _cards(shop_ids).order_by(SavedAudience.id.desc()).limit(page.limit + 1)
    if after := page.after(uuid.UUID):
        query = query.where(SavedAudience.id < after[0])
    found = make_page(session.execute(query).all(), page, lambda row: row.SavedAudience.id)
    return Page(_described(session, found.items, region, language), found.next_cursor)


def get_audience(
    session: Session,
    *,
    audience_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID] | None,
    region: Region,
    language: str,
) -> AudienceCard:
    """Raises AudienceNotFound."""
    rows = session.execute(_cards(shop_ids).where(SavedAudience.id == audience_id)).all()
    if not rows:
        raise AudienceNotFound
    return _described(session, rows, region, language)[0]


def get_saved(
    session: Session, *, audience_id: uuid.UUID, shop_ids: Sequence[uuid.UUID] | None
) -> SavedAudience:
    """To be changed. Raises AudienceNotFound."""
    found = session.scalar(select(SavedAudience).where(SavedAudience.id == audience_id, owned_by(shop_ids)))
    if found is None:
        raise AudienceNotFound
    return found


def count_saved(session: Session, *, shop_id: uuid.UUID | None) -> int:
    owned = owned_by(None if shop_id is None else [shop_id])
    return session.scalar(select(func.count()).select_from(SavedAudience).where(owned)) or 0


def has_name(
    session: Session, *, shop_id: uuid.UUID | None, name: str, besides: uuid.UUID | None = None
) -> bool:
    """Whether the owner has an audience of this name, `besides` one."""
    query = select(SavedAudience.id).where(
        owned_by(None if shop_id is None else [shop_id]), SavedAudience.name == name
    )
    if besides is not None:
        query = query.where(SavedAudience.id != besides)
    return session.scalar(query) is not None


def find_names(session: Session, audiences: Iterable[Audience]) -> Names:
    """Of the shops, member lists and campaigns that they mention. A query a noun, none where none is mentioned."""
    ids: defaultdict[str, set[uuid.UUID]] = defaultdict(set)
    for audience in audiences:
        for condition in audience.conditions:
            noun, _, mentioned_ids = mentioned(condition)
            ids[noun] |= mentioned_ids
    return {
        **get_shop_names(session, shop_ids=ids[SHOP]),
        **get_list_names(session, list_ids=ids[MEMBER_LIST]),
        **get_campaign_names(session, campaign_ids=list(ids[CAMPAIGN])),
    }


def describe_in_all_languages(session: Session, *, audience: Audience) -> Mapping[str, str]:
    """Language → words, with the names of what it mentions: why somebody got a message. Three queries at most."""
    names = find_names(session, [audience])
    return {language: describe(audience, language, names=names) for language in LANGUAGES}


def _described(
    session: Session, rows: Sequence[Any], region: Region, language: str
) -> Sequence[AudienceCard]:
    audiences = {row.SavedAudience.id: _read(row.SavedAudience, region) for row in rows}
    names = find_names(session, [audience for audience in audiences.values() if audience])
    return [_card(row, audiences[row.SavedAudience.id], names, language) for row in rows]


def _read(saved: SavedAudience, region: Region) -> Audience | None:
    try:
        return read_audience(saved.document, region=region)
    except AudienceInvalid:
        return None


def _card(row: Any, audience: Audience | None, names: Names, language: str) -> AudienceCard:
    saved: SavedAudience = row.SavedAudience
    return AudienceCard(
        id=saved.id,
        shop_id=saved.shop_id,
        name=saved.name,
        audience=saved.document,
        description=describe(audience, language, names=names) if audience else None,
        made_by=row.made_by,
        changed_by=row.changed_by,
        created_at=saved.created_at,
        changed_at=saved.changed_at,
    )
