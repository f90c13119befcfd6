"""Reads of member lists: how many a list holds, never who; and of one citizen, which lists."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, aware_moment, make_page
from backend.base.statements import Prepared, among
from backend.people.models import Citizen, MemberList, MemberListEntry
from backend.people.rules import shown_count


class MemberListNotFound(NotFound):
    """Not there, or another's."""


@dataclass(frozen=True, slots=True)
class MemberListCard:
    """`member_count` None: too few for a shop to be told."""

    id: uuid.UUID
    shop_id: uuid.UUID | None
    name: str
    member_count: int | None
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Membership:
    """A list that a citizen has joined; `shop_id` None: the city's."""

    list_id: uuid.UUID
    shop_id: uuid.UUID | None
    name: str
    joined_at: datetime
    closed_at: datetime | None


_COUNT = (
    select(func.count())
    .select_from(MemberListEntry)
    .where(MemberListEntry.list_id == MemberList.id)
    .scalar_subquery()
    .label("member_count")
)
_CARD = select(MemberList, _COUNT)
_MEMBERSHIP = select(
    MemberList.id, MemberList.shop_id, MemberList.name, MemberListEntry.joined_at, MemberList.closed_at
).join(MemberListEntry, MemberListEntry.list_id == MemberList.id)


def owned_by(shop_ids: Sequence[uuid.UUID] | None) -> ColumnElement[bool]:
    """Lists of these shops; None: the city's own."""
    return MemberList.shop_id.is_(None) if shop_ids is None else MemberList.shop_id.in_(shop_ids)


def list_member_lists(
    session: Session, *, shop_ids: Sequence[uuid.UUID] | None, page: PageRequest
) -> Page[MemberListCard]:
    """Newest first, closed ones too. `shop_ids` None: the city's own. One query."""
    query = (
        _CARD.where(owned_by(shop_ids))
        .order_by(MemberList.id.desc())
        .limit(page.limit + 1)
        .execution_options(populate_existing=True)
    )
    if after := page.after(uuid.UUID):
        query = query.where(MemberList.id < after[0])
    found = make_page(session.execute(query).all(), page, lambda row: row.MemberList.id)
    return Page([_card(row) for row in found.items], found.next_cursor)


def get_member_list(
    session: Session, *, list_id: uuid.UUID, shop_ids: Sequence[uuid.UUID] | None
) -> MemberListCard:
    """`shop_ids` None: one of the city's own. Raises MemberListNotFound."""
    query = _CARD.where(MemberList.id == list_id, owned_by(shop_ids))
    row = session.execute(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise MemberListNotFound
    return _card(row)


def get_list_names(
    session: Session, *, list_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Mapping[str, str]]:
    """List → language → name, whoever's it is and whether or not it is closed. One query, or none."""
    if not list_ids:
        return {}
    rows = session.execute(select(MemberList.id, MemberList.name).where(MemberList.id.in_(list_ids)))
    return {row.id: {"ja": row.name} for row in rows}


def _card(row: Any) -> MemberListCard:
    found = row.MemberList
    count = row.member_count if found.shop_id is None else shown_count(row.member_count)
    return MemberListCard(found.id, found.shop_id, found.name, count, found.created_at, found.closed_at)


def list_my_memberships(session: Session, *, citizen_id: uuid.UUID, page: PageRequest) -> Page[Membership]:
    """The newest first; closed lists too, so that they can be left."""
    query = (
        _MEMBERSHIP.where(MemberListEntry.citizen_id == citizen_id)
        .order_by(MemberListEntry.joined_at.desc(), MemberList.id.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(aware_moment, uuid.UUID):
        joined_at, list_id = after
        earlier = and_(MemberListEntry.joined_at == joined_at, MemberList.id < list_id)
        query = query.where(or_(MemberListEntry.joined_at < joined_at, earlier))
    rows = [Membership(*row) for row in session.execute(query)]
    return make_page(rows, page, lambda row: row.joined_at, lambda row: row.list_id)


def find_membership(session: Session, *, citizen_id: uuid.UUID, list_id: uuid.UUID) -> Membership | None:
    row = session.execute(
        _MEMBERSHIP.where(MemberListEntry.citizen_id == citizen_id, MemberListEntry.list_id == list_id)
    ).first()
    return Membership(*row) if row else None


LISTS_OF_CITIZEN = Prepared(
    lambda _dialect: (
        select(MemberListEntry.list_id)
        .join(MemberList, MemberList.id == MemberListEntry.list_id)
        .where(
            MemberListEntry.citizen_id == bindparam("citizen_id", type_=Uuid()),
            MemberList.closed_at.is_(None),
        )
    )
)
LISTS_OF_CITIZENS = Prepared(
    lambda dialect: (
        select(MemberListEntry.citizen_id, MemberListEntry.list_id)
        .join(MemberList, MemberList.id == MemberListEntry.list_id)
        .where(
            among(MemberListEntry.citizen_id, "citizen_ids", dialect),
            MemberList.closed_at.is_(None),
        )
    )
)
LISTS_OF_ACCOUNT = Prepared(
    lambda _dialect: (
        select(MemberListEntry.list_id)
        .join(MemberList, MemberList.id == MemberListEntry.list_id)
        .join(Citizen, Citizen.id == MemberListEntry.citizen_id)
        .where(
            Citizen.account_id == bindparam("account_id", type_=Uuid()),
            MemberList.closed_at.is_(None),
        )
    )
)


def list_memberships(
    session: Session, *, citizen_id: uuid.UUID | None = None, account_id: uuid.UUID | None = None
) -> frozenset[uuid.UUID]:
    """The open lists that a citizen, or the citizen of a points account, is on: for rules. One read."""
    if citizen_id is not None:
        rows = LISTS_OF_CITIZEN.rows(session, citizen_id=citizen_id)
    else:
        rows = LISTS_OF_ACCOUNT.rows(session, account_id=account_id)
    return frozenset(row.list_id for row in rows)


def list_memberships_of_many(
    session: Session, *, citizen_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, frozenset[uuid.UUID]]:
    """The same by citizen; who is on none is left out. One read."""
    found: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for row in LISTS_OF_CITIZENS.rows(session, citizen_ids=citizen_ids):
        found[row.citizen_id].add(row.list_id)
    return {citizen_id: frozenset(list_ids) for citizen_id, list_ids in found.items()}
