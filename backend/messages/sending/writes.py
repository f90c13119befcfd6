"""What a batch changes of its recipients, each in one statement. All of it holds only for rows as they were read."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Integer,
    SmallInteger,
    String,
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

from backend.base.database import UtcDateTime
from backend.base.statements import Prepared, among
from backend.base.writes import RowColumns, Write, WriteList
from backend.messages.models import MessageRecipient, MessageShard, RecipientStatus, ShardStatus
from backend.notices.copies import copies_for
from backend.notices.models import Device

RECIPIENTS: Any = MessageRecipient.__table__
SHARDS: Any = MessageShard.__table__
DEVICES: Any = Device.__table__
AT = bindparam("at", type_=UtcDateTime())
# An answer that comes after the lease still counts: `attempts` tells whether the row was sent again since.
OPEN = literal_column("message_recipients.status IN ('waiting', 'sending', 'unknown')", Boolean())


def _of_positions(dialect: str) -> Update:
    found: Update = update(RECIPIENTS).where(
        RECIPIENTS.c.message_id == bindparam("message_id", type_=Uuid()),
        among(RECIPIENTS.c.position, "positions", dialect),
    )
    return found


def _mark_sending(dialect: str) -> Any:
    return (
        _of_positions(dialect)
        .where(RECIPIENTS.c.status == RecipientStatus.WAITING.value)
        .values(
            status=literal_column(f"'{RecipientStatus.SENDING}'"),
            attempts=RECIPIENTS.c.attempts + literal_column("1"),
            is_told=literal_column("true"),
            sent_at=func.coalesce(RECIPIENTS.c.sent_at, AT),
        )
        .returning(RECIPIENTS.c.position)
    )


def _settle_accepted(dialect: str) -> Any:
    return (
        _of_positions(dialect)
        .where(
            RECIPIENTS.c.attempts == bindparam("attempts", type_=SmallInteger()),
            OPEN,
        )
        .values(
            status=literal_column(f"'{RecipientStatus.ACCEPTED}'"),
            failure=literal_column("NULL"),
            settled_at=AT,
        )
        .returning(RECIPIENTS.c.position)
    )


def _dispose(row: RowColumns, _dialect: str) -> Any:
    return (
        update(RECIPIENTS)
        .where(
            RECIPIENTS.c.message_id == row["message_id"],
            RECIPIENTS.c.position == row["position"],
            RECIPIENTS.c.status == RecipientStatus.WAITING.value,
        )
        .values(
            status=row["status"],
            failure=row["failure"],
            not_before=row["not_before"],
            settled_at=row["settled_at"],
            is_told=or_(RECIPIENTS.c.is_told, row["tells"]),
        )
    )


def _settle(row: RowColumns, _dialect: str) -> Any:
    """Nobody comes by again for whom the sweep left as unknown: a late answer that asks to wait ends as a failure."""
    asks_to_wait = row["status"] == RecipientStatus.WAITING.value
    waits = and_(asks_to_wait, RECIPIENTS.c.status != RecipientStatus.UNKNOWN.value)
    status = case(
        (waits, RecipientStatus.WAITING.value),
        (asks_to_wait, RecipientStatus.FAILED.value),
        else_=row["status"],
    )
    return (
        update(RECIPIENTS)
        .where(
            RECIPIENTS.c.message_id == row["message_id"],
            RECIPIENTS.c.position == row["position"],
            RECIPIENTS.c.attempts == row["attempts"],
            OPEN,
        )
        .values(
            status=status,
            failure=row["failure"],
            not_before=case((waits, row["not_before"])),
            settled_at=case((~waits, row["settled_at"])),
        )
    )


def _retire(row: RowColumns, _dialect: str) -> Any:
    """Unless the device has registered another target since."""
    return (
        update(DEVICES)
        .where(
            DEVICES.c.id == row["id"],
            DEVICES.c.target_kind == row["target_kind"],
            DEVICES.c.target == row["target"],
        )
        .values(retired_at=row["at"])
    )


def _extend(_dialect: str) -> Any:
    """The lease, if it still holds."""
    return (
        update(SHARDS)
        .where(
            SHARDS.c.message_id == bindparam("message_id", type_=Uuid()),
            SHARDS.c.number == bindparam("number", type_=Integer()),
            SHARDS.c.status == ShardStatus.LEASED.value,
            SHARDS.c.lease == bindparam("lease", type_=Integer()),
        )
        .values(lease_until=bindparam("until", type_=UtcDateTime()))
        .returning(SHARDS.c.first_position, SHARDS.c.last_position)
    )


def _copy(dialect: str) -> Any:
    """Into the inboxes of the recipients at the positions."""
    citizens = select(RECIPIENTS.c.citizen_id).where(
        RECIPIENTS.c.message_id == bindparam("circular_id", type_=Uuid()),
        among(RECIPIENTS.c.position, "positions", dialect),
    )
    return copies_for(citizens, dialect)


KEY: dict[str, TypeEngine[Any]] = {"message_id": Uuid(), "position": Integer()}
FATE: dict[str, TypeEngine[Any]] = {
    "status": String(12),
    "failure": String(40),
    "not_before": UtcDateTime(),
    "settled_at": UtcDateTime(),
}

EXTEND = Prepared(_extend)
COPY = Prepared(_copy)
MARK_SENDING = Prepared(_mark_sending)
SETTLE_ACCEPTED = Prepared(_settle_accepted)
DISPOSE = WriteList([Write("disposals", KEY | FATE | {"tells": Boolean()}, _dispose, guarded=False)])
SETTLE = WriteList([Write("settlements", KEY | FATE | {"attempts": SmallInteger()}, _settle, guarded=False)])
RETIRE = WriteList(
    [
        Write(
            "retirements",
            {"id": Uuid(), "target_kind": String(12), "target": DEVICES.c.target.type, "at": UtcDateTime()},
            _retire,
            guarded=False,
        )
    ]
)
