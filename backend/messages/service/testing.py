"""A test send: to the few who joined a list for that, never to the audience, and marked as a test."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, String, func, literal, select
from sqlalchemy.orm import Session

from backend.base.errors import Refused
from backend.messages.models import Message, MessageAct, MessageStatus
from backend.messages.queries import get_own_message, get_words
from backend.messages.service.checks import City
from backend.messages.service.recording import record_event
from backend.messages.states import MessageNotTestable
from backend.notices.circulars import announce_to_many
from backend.notices.kinds import NoticeKind
from backend.notices.models import ChoiceKind
from backend.notices.preferences import has_chosen
from backend.notices.writes import consent_stands
from backend.people.memberships import MemberListNotFound, owned_by
from backend.people.models import MemberList, MemberListEntry

TESTERS_MAX = 5
TESTABLE = frozenset(
    {MessageStatus.DRAFT, MessageStatus.REVIEW, MessageStatus.APPROVED, MessageStatus.SCHEDULED}
)


class TesterListUnfit(Refused):
    """A list of testers has one to five members."""


def send_test(
    session: Session,
    *,
    message_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID] | None,
    list_id: uuid.UUID,
    sent_by: uuid.UUID,
    city: City,
    at: datetime,
) -> int:
    """To the members of a list of the same sender; how many were told. It goes the way of every notice.

    Raises MessageNotFound, MessageNotTestable, MemberListNotFound, TesterListUnfit.
    """
    message = get_own_message(session, message_id=message_id, shop_ids=shop_ids, lock=True)
    if message.status not in TESTABLE:
        raise MessageNotTestable
    members = _count_members(session, list_id, message)
    if not 1 <= members <= TESTERS_MAX:
        raise TesterListUnfit(field="member_list_id", maximum=TESTERS_MAX)
    words = get_words(session, message=message, region=city.region)
    told = announce_to_many(
        session,
        citizens=_testers(list_id, message),
        kind=NoticeKind.MESSAGE_TEST,
        params={"title": dict(words.titles), "body": dict(words.bodies)},
        at=at,
    )
    record_event(
        session,
        message=message,
        act=MessageAct.TESTED,
        before=message.status,
        by=sent_by,
        at=at,
        reason=str(list_id),
    )
    return told


def _testers(list_id: uuid.UUID, message: Message) -> Select[uuid.UUID]:
    """An unapproved advertisement is one all the same: who wants none, or none of this shop, gets no test of it."""
    citizen_id = MemberListEntry.__table__.c.citizen_id
    testers = select(citizen_id).where(MemberListEntry.list_id == list_id)
    if message.shop_id is None:
        return testers
    return testers.where(
        consent_stands(citizen_id, literal(message.purpose, String())),
        ~has_chosen(citizen_id, ChoiceKind.MUTED_SHOP, str(message.shop_id)),
    )


def _count_members(session: Session, list_id: uuid.UUID, message: Message) -> int:
    """Raises MemberListNotFound: not there, closed, or another's."""
    owners = None if message.shop_id is None else [message.shop_id]
    open_list = select(MemberList.id).where(
        MemberList.id == list_id, MemberList.closed_at.is_(None), owned_by(owners)
    )
    if session.scalar(open_list) is None:
        raise MemberListNotFound(field="member_list_id")
    query = select(func.count()).select_from(MemberListEntry).where(MemberListEntry.list_id == list_id)
    return session.scalars(query).one()
