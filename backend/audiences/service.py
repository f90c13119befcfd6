"""Audiences are checked against what is there, saved, edited and deleted."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from backend.audiences.models import SavedAudience
from backend.audiences.queries import AudienceCard, count_saved, get_audience, get_saved, has_name
from backend.audiences.rules import (
    CAMPAIGN,
    MEMBER_LIST,
    SHOP,
    Audience,
    AudienceInvalid,
    Mention,
    read_with_mentions,
    write_audience,
)
from backend.base.database import new_id
from backend.base.errors import Conflict, Refused
from backend.campaigns.models import Campaign
from backend.organisations.models import Shop, ShopStatus
from backend.organisations.regions import Region
from backend.people.memberships import owned_by
from backend.people.models import MemberList
from backend.people.rules import one_line

NAME_MAX_CHARACTERS = 60
AUDIENCES_MAX = 100


class AudienceNameRefused(Refused):
    """Nothing visible is left of it, or too much."""


class AudienceNameTaken(Conflict):
    """The city, or this shop, has another audience of this name."""


class AudiencesTooMany(Conflict):
    """The city, or this shop, keeps as many as anybody can look through."""


def check_audience(
    session: Session, *, document: Mapping[str, Any], shop_id: uuid.UUID | None, region: Region
) -> Audience:
    """A description by the city, or with `shop_id` by that shop: sound, and all it names is there and may be asked.

    Lists are the asker's own and open. A query a mention at most. Raises AudienceInvalid.
    """
    audience, mentions = read_with_mentions(document, region=region, shop_id=shop_id)
    for mention in mentions:
        if _NAMED[mention.noun](session, mention, shop_id) != mention.ids:
            raise AudienceInvalid(field=mention.field)
    return audience


def save_audience(
    session: Session,
    *,
    shop_id: uuid.UUID | None,
    name: str,
    document: Mapping[str, Any],
    region: Region,
    staff_id: uuid.UUID,
    language: str,
    at: datetime,
) -> AudienceCard:
    """Of a shop, or (without a shop) of the city. `language`: of the card's words.

    Raises AudienceInvalid, AudienceNameRefused, AudienceNameTaken, AudiencesTooMany.
    """
    audience = check_audience(session, document=document, shop_id=shop_id, region=region)
    if count_saved(session, shop_id=shop_id) >= AUDIENCES_MAX:
        raise AudiencesTooMany(maximum=AUDIENCES_MAX)
    saved = SavedAudience(
        id=new_id(),
        shop_id=shop_id,
        name=_free_name(session, shop_id, name),
        document=write_audience(audience),
        made_by_staff_id=staff_id,
        changed_by_staff_id=staff_id,
        created_at=at,
        changed_at=at,
    )
    session.add(saved)
    session.flush()
    return get_audience(
        session, audience_id=saved.id, shop_ids=_owner(shop_id), region=region, language=language
    )


def edit_audience(
    session: Session,
    *,
    audience_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID] | None,
    name: str | None,
    document: Mapping[str, Any] | None,
    region: Region,
    staff_id: uuid.UUID,
    language: str,
    at: datetime,
) -> AudienceCard:
    """None: stays as it is. Messages that were drafted with it keep their copy. `shop_ids` None: one of the city's.

    Raises AudienceNotFound, AudienceInvalid, AudienceNameRefused, AudienceNameTaken.
    """
    saved = get_saved(session, audience_id=audience_id, shop_ids=shop_ids)
    if document is not None:
        audience = check_audience(session, document=document, shop_id=saved.shop_id, region=region)
        saved.document = write_audience(audience)
    if name is not None:
        saved.name = _free_name(session, saved.shop_id, name, besides=saved.id)
    saved.changed_by_staff_id = staff_id
    saved.changed_at = at
    session.flush()
    return get_audience(session, audience_id=audience_id, shop_ids=shop_ids, region=region, language=language)


def delete_audience(
    session: Session, *, audience_id: uuid.UUID, shop_ids: Sequence[uuid.UUID] | None
) -> None:
    """Messages keep their copy. Raises AudienceNotFound."""
    session.delete(get_saved(session, audience_id=audience_id, shop_ids=shop_ids))
    session.flush()


def _owner(shop_id: uuid.UUID | None) -> Sequence[uuid.UUID] | None:
    return None if shop_id is None else [shop_id]


def _free_name(
    session: Session, shop_id: uuid.UUID | None, given: str, besides: uuid.UUID | None = None
) -> str:
    name = one_line(given)
    if not 0 < len(name) <= NAME_MAX_CHARACTERS:
        raise AudienceNameRefused(field="name", maximum=NAME_MAX_CHARACTERS)
    if has_name(session, shop_id=shop_id, name=name, besides=besides):
        raise AudienceNameTaken(field="name")
    return name


def _shops(session: Session, mention: Mention, _shop_id: uuid.UUID | None) -> set[uuid.UUID]:
    """Those that take part or did: who bought at one that has closed may still be told so."""
    never = (ShopStatus.APPLIED.value, ShopStatus.REJECTED.value)
    return _ids(session, Shop.id, mention, Shop.status.not_in(never))


def _lists(session: Session, mention: Mention, shop_id: uuid.UUID | None) -> set[uuid.UUID]:
    own = owned_by(_owner(shop_id))
    return _ids(session, MemberList.id, mention, own, MemberList.closed_at.is_(None))


def _campaigns(session: Session, mention: Mention, _shop_id: uuid.UUID | None) -> set[uuid.UUID]:
    """With a stamp card."""
    found = session.execute(select(Campaign.id, Campaign.rule).where(Campaign.id.in_(mention.ids)))
    return {row.id for row in found if row.rule.get("stamp_card")}


def _ids(session: Session, column: Any, mention: Mention, *conditions: ColumnElement[bool]) -> set[uuid.UUID]:
    return set(session.scalars(select(column).where(column.in_(mention.ids), *conditions)))


_NAMED: Mapping[str, Callable[[Session, Mention, uuid.UUID | None], set[uuid.UUID]]] = {
    SHOP: _shops,
    MEMBER_LIST: _lists,
    CAMPAIGN: _campaigns,
}
