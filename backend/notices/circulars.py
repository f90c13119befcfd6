"""One notice to many: two statements, however many read it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Uuid,
    and_,
    cast,
    insert,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from backend.base.database import JsonDocument, UtcDateTime
from backend.notices.kinds import KINDS
from backend.notices.models import Delivery, Device, Notice
from backend.notices.rules import render
from backend.notices.writes import DELIVERY_COLUMNS, consent_stands


def announce_to_many(
    session: Session,
    *,
    citizens: Select[uuid.UUID],
    kind: str,
    params: Mapping[str, Any],
    at: datetime,
    expires_at: datetime | None = None,
) -> int:
    """A notice in each inbox, and one delivery a device of those who consent. Returns how many were told.

    `citizens` selects their ids. Raises KeyError as `service.announce`.
    """
    render(kind, params, "ja")
    session.flush()
    readers = citizens.subquery("readers")
    dialect = session.get_bind().dialect.name
    rows = select(
        new_ids(literal(id_prefix(at, dialect), String()), dialect),
        readers.c[0],
        literal(str(kind), String()),
        literal(dict(params), JsonDocument),
        literal(at, UtcDateTime()),
        literal(expires_at, UtcDateTime()),
    )
    columns = ["id", "citizen_id", "kind", "params", "created_at", "expires_at"]
    told = session.execute(
        insert(Notice).from_select(columns, rows, include_defaults=False).returning(Notice.citizen_id)
    ).all()
    session.execute(_deliveries(kind, at))
    return len(told)


def id_prefix(at: datetime, dialect: str) -> str:
    """What `new_ids` makes ids of that moment from."""
    moment = f"{int(at.timestamp() * 1000):012x}"
    return f"{moment[:8]}-{moment[8:]}-7" if dialect == "postgresql" else f"{moment}7"


def new_ids(prefix: ColumnElement[str], dialect: str) -> ColumnElement[uuid.UUID]:
    """UUIDs of version 7, made by the database for rows that it alone knows. `prefix`: of `id_prefix`."""
    if dialect == "postgresql":
        # From its fourteenth digit on, a random UUID is as random as one of version 7 is.
        rest: ColumnElement[str] = literal_column("substr(gen_random_uuid()::text, 16)", String())
        return cast(prefix.concat(rest), Uuid())
    rest = literal_column(
        "lower(substr(hex(randomblob(2)), 2)) || '8' || lower(substr(hex(randomblob(8)), 2))", String()
    )
    return type_coerce(prefix.concat(rest), Uuid())


def _deliveries(kind: str, at: datetime) -> Any:
    """Of the notices just written, which the moment in their ids finds in the key's index."""
    moment = int(at.timestamp() * 1000) << 80
    first, last = uuid.UUID(int=moment | 7 << 76), uuid.UUID(int=moment | (8 << 76) - 1)
    # Told before in this very millisecond: their devices have it already.
    waiting = ~select(Delivery.notice_id).where(Delivery.notice_id == Notice.id).exists()
    return deliveries_of(and_(Notice.id.between(first, last), Notice.kind == str(kind), waiting), kind, at)


def deliveries_of(notices: ColumnElement[bool], kind: str, at: datetime) -> Any:
    """One delivery a device of those who consent, of the notices (of that kind) for which the condition holds."""
    devices = Device.__table__
    reached = (
        select(
            Notice.id,
            devices.c.id,
            literal_column("'waiting'"),
            literal_column("0"),
            literal(at, UtcDateTime()),
        )
        .join(devices, devices.c.citizen_id == Notice.citizen_id)
        .where(
            notices,
            devices.c.retired_at.is_(None),
            consent_stands(Notice.__table__.c.citizen_id, literal(KINDS[kind].purpose.value, String())),
        )
        # As where one is announced to: a device being removed is waited for, and left out.
        .with_for_update(read=True, key_share=True, of=devices)
    )
    # Into the table and not the class, for which parameters would be rows to insert.
    deliveries = Delivery.metadata.tables["deliveries"]
    return insert(deliveries).from_select(list(DELIVERY_COLUMNS), reached, include_defaults=False)
