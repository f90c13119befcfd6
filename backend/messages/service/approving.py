"""A second person approves a message, once it is certain that somebody will get it; a shop's counts as used."""

import uuid
from datetime import date, datetime

from sqlalchemy import Date, SmallInteger, Uuid, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.errors import Conflict, SecondPersonRequired
from backend.messages.models import Message, MessageAct, MessagePurpose, MessageQuota
from backend.messages.queries import get_message, get_template
from backend.messages.reach import Mailing, count_reach, is_anybody_told, obstacle_of
from backend.messages.service.checks import (
    City,
    audience_of,
    check_attachment,
    check_shop,
    check_template_use,
)
from backend.messages.service.recording import has_written, move
from backend.messages.states import status_after

QUOTAS = MessageQuota.metadata.tables["message_quotas"]


class MessageQuotaReached(Conflict):
    """So many messages of this shop were approved this month already."""


def approve_message(
    session: Session,
    *,
    message_id: uuid.UUID,
    approved_by: uuid.UUID,
    is_inbox_enough: bool,
    city: City,
    at: datetime,
) -> Message:
    """It may be scheduled now. `is_inbox_enough`: also where no phone would ring, if inboxes are reached.

    Raises MessageNotFound, MessageNotInReview, SecondPersonRequired, ShopNotActive, TemplateNotApproved,
    AttachmentUnusable, AudienceInvalid, MessageQuotaReached; MessageAudienceEmpty, MessageConsentMissing,
    MessageDeviceMissing, MessageMuted.
    """
    message = get_message(session, message_id=message_id, lock=True)
    status_after(message.status, MessageAct.APPROVED)
    if has_written(session, message_id=message.id, staff_id=approved_by):
        raise SecondPersonRequired
    check_shop(session, message=message)
    template = get_template(session, slug=message.template_slug, version=message.template_version)
    check_template_use(template, message.purpose)
    check_attachment(session, message=message, city=city, at=at)
    mailing = mailing_of(session, message=message, city=city)
    obstacle = obstacle_of(count_reach(session, mailing=mailing, terms=city.terms, at=at))
    if obstacle and not (is_inbox_enough and is_anybody_told(session, mailing=mailing, at=at)):
        raise obstacle
    if message.shop_id is not None:
        _use_quota(session, message.shop_id, city_day(at), city.terms.shop_messages_per_month)
    message.approved_by_staff_id, message.approved_at = approved_by, at
    move(session, message=message, act=MessageAct.APPROVED, by=approved_by, at=at)
    return message


def mailing_of(session: Session, *, message: Message, city: City) -> Mailing:
    """Raises AudienceInvalid."""
    return Mailing(
        audience=audience_of(session, message=message, city=city),
        purpose=message.purpose,
        category=message.category,
        shop_id=message.shop_id,
    )


def _use_quota(session: Session, shop_id: uuid.UUID, on: date, maximum: int) -> None:
    """One statement counts and refuses: of two approvers at once the second sees what the first has used."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    counted = session.execute(
        insert(QUOTAS)
        .values(
            shop_id=bindparam("shop_id", type_=Uuid()),
            month_on=bindparam("month_on", type_=Date()),
            approved_count=bindparam("one", type_=SmallInteger()),
        )
        .on_conflict_do_update(
            index_elements=["shop_id", "month_on"],
            set_={"approved_count": QUOTAS.c.approved_count + 1},
            where=QUOTAS.c.approved_count < bindparam("maximum", type_=SmallInteger()),
        )
        .returning(QUOTAS.c.approved_count),
        {"shop_id": shop_id, "month_on": on.replace(day=1), "one": 1, "maximum": maximum},
    ).first()
    if counted is None:
        raise MessageQuotaReached(maximum=maximum)


def return_quota(session: Session, *, message: Message) -> None:
    """Of a shop's message that was approved, and nobody was ever told."""
    if message.purpose != MessagePurpose.SHOPS or message.approved_at is None:
        return
    session.execute(
        update(QUOTAS)
        .where(
            QUOTAS.c.shop_id == message.shop_id,
            QUOTAS.c.month_on == city_day(message.approved_at).replace(day=1),
            QUOTAS.c.approved_count > 0,
        )
        .values(approved_count=QUOTAS.c.approved_count - 1)
    )
