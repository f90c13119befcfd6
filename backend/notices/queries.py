"""Reads of the inbox."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, Uuid, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.base.pages import Page, PageRequest, make_page
from backend.base.statements import Prepared, among
from backend.notices.cards import NoticeCard, make_card
from backend.notices.models import OPEN_DELIVERIES, Circular, Delivery, DeliveryStatus, Device, Notice

CITIZEN_ID = bindparam("citizen_id", type_=Uuid())
AT = bindparam("at", type_=UtcDateTime())
# What is over by now need not be read any more.
CURRENT = or_(Notice.expires_at.is_(None), Notice.expires_at > AT)
UNREAD = (
    select(func.count())
    .where(Notice.citizen_id == CITIZEN_ID, Notice.read_at.is_(None), CURRENT)
    .correlate(None)
)
# All that `make_card` reads.
CARD_COLUMNS = (
    Notice.id,
    Notice.circular_id,
    Notice.kind,
    Notice.params,
    Notice.created_at,
    Notice.read_at,
    Notice.expires_at,
    Circular.purpose,
    Circular.category,
    Circular.shop_id,
    Circular.sender_names,
    Circular.titles,
    Circular.bodies,
    Circular.reasons,
    Circular.link,
    Circular.attachment_kind,
    Circular.attachment,
    Circular.attachment_titles,
)


def _cards(*more: Any) -> Select[Any]:
    return (
        select(*CARD_COLUMNS, *more)
        .select_from(Notice)
        .outerjoin(Circular, Circular.id == Notice.circular_id)
        .where(Notice.citizen_id == CITIZEN_ID)
    )


def _list(*, first: bool) -> Select[Any]:
    # The count rides along, so that opening the inbox is one read.
    query = _cards(UNREAD.scalar_subquery().label("unread_count"))
    if not first:
        query = query.where(Notice.id < bindparam("after_id", type_=Uuid()))
    return query.order_by(Notice.id.desc()).limit(bindparam("row_limit", type_=Integer()))


FIRST_PAGE = Prepared(lambda _dialect: _list(first=True))
NEXT_PAGE = Prepared(lambda _dialect: _list(first=False))
UNREAD_COUNT = Prepared(lambda _dialect: UNREAD)
AMONG = Prepared(lambda dialect: _cards().where(among(Notice.__table__.c.id, "ids", dialect)))


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the inbox; `unread_count` counts the whole of it."""

    items: list[NoticeCard]
    next_cursor: str | None
    unread_count: int


def list_notices(
    session: Session, *, citizen_id: uuid.UUID, page: PageRequest, language: str, at: datetime
) -> Inbox:
    """Newest first; what is over stays in it, but counts as read. Raises CursorInvalid."""
    params: dict[str, Any] = {"citizen_id": citizen_id, "row_limit": page.limit + 1, "at": at}
    after = page.after(uuid.UUID)
    rows = (
        NEXT_PAGE.rows(session, **params, after_id=after[0]) if after else FIRST_PAGE.rows(session, **params)
    )
    found: Page[Any] = make_page(rows, page, lambda row: str(row.id))
    # A page without rows brings no count; only the first one then means an empty inbox.
    unread = rows[0].unread_count if rows else 0
    if after and not rows:
        unread = count_unread(session, citizen_id=citizen_id, at=at)
    return Inbox([make_card(row, language) for row in found.items], found.next_cursor, unread)


def list_notices_among(
    session: Session, *, citizen_id: uuid.UUID, notice_ids: Collection[uuid.UUID], language: str
) -> list[NoticeCard]:
    """Those of them that are the citizen's, in no order. One query."""
    rows = AMONG.rows(session, citizen_id=citizen_id, ids=list(notice_ids))
    return [make_card(row, language) for row in rows]


def count_unread(session: Session, *, citizen_id: uuid.UUID, at: datetime) -> int:
    row = UNREAD_COUNT.first(session, citizen_id=citizen_id, at=at)
    return int(row[0]) if row else 0


def has_due_delivery(session: Session, *, status: DeliveryStatus, at: datetime) -> bool:
    """Whether one waits to be sent, or (SENDING) has outlived its lease: asked often, so it takes no lock."""
    query = select(Delivery.notice_id).where(
        literal_column(OPEN_DELIVERIES), Delivery.status == status.value, Delivery.not_before <= at
    )
    return session.execute(query.limit(1)).first() is not None


def list_target_kinds(session: Session) -> list[str]:
    """Of all devices that may be reached, each kind once."""
    return list(session.scalars(select(Device.target_kind).where(Device.retired_at.is_(None)).distinct()))
