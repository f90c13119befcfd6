"""The one read of a batch: whoever is due, with everything that decides whether they are pushed, and to where."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    Uuid,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from backend.base.database import UtcDateTime
from backend.base.statements import Prepared
from backend.messages.models import (
    OPEN_SHARDS,
    Message,
    MessagePurpose,
    MessageRecipient,
    MessageShard,
    MessageStatus,
    RecipientStatus,
)
from backend.notices.models import ChoiceKind, Device, NoticeChoice, NoticePreference
from backend.notices.writes import consent_stands
from backend.organisations.models import Shop, ShopStatus
from backend.people.models import Citizen

AT = bindparam("at", type_=UtcDateTime())
CATEGORY = bindparam("category", type_=String(24))
# Empty for a message of no shop.
SHOP = bindparam("shop", type_=String(36))


def is_muted(citizen_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether they want to hear nothing of the message's category, or of its shop."""
    choices = NoticeChoice.__table__.c
    return exists().where(
        choices.citizen_id == citizen_id,
        or_(
            and_(choices.kind == ChoiceKind.MUTED_CATEGORY.value, choices.subject == CATEGORY),
            and_(choices.kind == ChoiceKind.MUTED_SHOP.value, choices.subject == SHOP),
        ),
    )


def _makes_way(citizen_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether advertising of a shop that was heard less waits for the same person, due as well."""
    other, message = aliased(MessageRecipient, name="other"), aliased(Message, name="other_message")
    shard = aliased(MessageShard, name="message_shards")  # as OPEN_SHARDS calls it
    return (
        exists()
        .where(
            other.citizen_id == citizen_id,
            other.status == RecipientStatus.WAITING.value,
            or_(other.not_before.is_(None), other.not_before <= AT),
            message.id == other.message_id,
            message.status == MessageStatus.SENDING.value,
            message.purpose == MessagePurpose.SHOPS.value,
            message.heard_before < bindparam("heard_before", type_=Integer()),
            message.send_until > AT,
            shard.message_id == other.message_id,
            other.position.between(shard.first_position, shard.last_position),
            literal_column(OPEN_SHARDS),
            shard.not_before <= AT,
        )
        .correlate_except(other, message, shard)
    )


def _due(*, in_turn: bool) -> Any:
    recipients = MessageRecipient.__table__.c
    due = (
        select(recipients.position, recipients.citizen_id, recipients.attempts, recipients.is_told)
        .where(
            recipients.message_id == bindparam("message_id", type_=Uuid()),
            recipients.position.between(
                bindparam("first", type_=Integer()), bindparam("last", type_=Integer())
            ),
            recipients.status == RecipientStatus.WAITING.value,
            or_(
                recipients.not_before.is_(None),
                recipients.not_before <= bindparam("due_by", type_=UtcDateTime()),
            ),
        )
        .order_by(recipients.position)
        .limit(bindparam("size", type_=Integer()))
        .cte("due")
    )
    devices = Device.__table__.c
    return (
        select(
            due.c.position,
            due.c.citizen_id,
            due.c.attempts,
            due.c.is_told,
            Citizen.language,
            consent_stands(due.c.citizen_id, bindparam("purpose", type_=String(24))).label("has_consent"),
            is_muted(due.c.citizen_id).label("is_muted"),
            (_makes_way(due.c.citizen_id) if in_turn else literal_column("false")).label("makes_way"),
            NoticePreference.quiet_from,
            NoticePreference.quiet_until,
            devices.id.label("device_id"),
            devices.platform,
            devices.target_kind,
            devices.target,
        )
        .select_from(due)
        .outerjoin(Citizen, Citizen.id == due.c.citizen_id)
        .outerjoin(NoticePreference, NoticePreference.citizen_id == due.c.citizen_id)
        .outerjoin(
            Device.__table__,
            and_(
                devices.citizen_id == due.c.citizen_id,
                devices.retired_at.is_(None),
                devices.last_seen_at >= bindparam("seen_since", type_=UtcDateTime()),
            ),
        )
        .order_by(due.c.position, devices.id)
    )


# A row a person and device.
DUE = Prepared(lambda _dialect: _due(in_turn=False))
# The same where several shops advertise at once.
DUE_IN_TURN = Prepared(lambda _dialect: _due(in_turn=True))


def _sending(_dialect: str) -> Any:
    messages = Message.__table__.c
    return select(
        messages.status,
        messages.purpose,
        messages.category,
        messages.shop_id,
        messages.send_until,
        messages.expires_at,
        messages.heard_before,
        messages.spread_minutes,
        messages.recipient_count,
        ~exists()
        .where(Shop.id == messages.shop_id, Shop.status != ShopStatus.ACTIVE.value)
        .label("is_shop_active"),
    ).where(messages.id == bindparam("message_id", type_=Uuid()))


# What a batch needs of its message.
SENDING = Prepared(_sending)
