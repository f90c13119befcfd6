"""How something is announced: two writes that join the list of whatever causes them."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, Uuid, exists, insert, literal_column, select

from backend.base.database import UtcDateTime, new_id
from backend.base.writes import RowColumns, Write, WriteRow, insert_into
from backend.notices.kinds import KINDS
from backend.notices.models import Delivery, Device, Notice
from backend.people.models import Consent

DELIVERY_COLUMNS = ("notice_id", "device_id", "status", "attempts", "not_before")


def consent_stands(citizen_id: ColumnElement[uuid.UUID], purpose: ColumnElement[str]) -> ColumnElement[bool]:
    consents = Consent.__table__.c
    return exists().where(
        consents.citizen_id == citizen_id, consents.purpose == purpose, consents.withdrawn_at.is_(None)
    )


def _queue_deliveries(row: RowColumns, _dialect: str) -> Any:
    """One a device that may be reached. It must not ask the notices table, whose new row it cannot see."""
    devices = Device.__table__.c
    reached = (
        select(row["notice_id"], devices.id, literal_column("'waiting'"), literal_column("0"), row["at"])
        .where(
            devices.citizen_id == row["citizen_id"],
            devices.retired_at.is_(None),
            consent_stands(row["citizen_id"], row["purpose"]),
        )
        # The lock that the foreign key takes anyway, but before: a device being removed in this very
        # moment is waited for and left out, instead of failing the purchase.
        .with_for_update(read=True, key_share=True, of=Device.__table__)
    )
    return insert(Delivery).from_select(list(DELIVERY_COLUMNS), reached, include_defaults=False)


NOTICES = insert_into(Notice.__table__, "id", "citizen_id", "kind", "params", "created_at")
DELIVERIES = Write(
    "deliveries",
    {"notice_id": Uuid(), "citizen_id": Uuid(), "purpose": String(24), "at": UtcDateTime()},
    _queue_deliveries,
    guarded=False,  # none, one or many devices
)

ANNOUNCE_WRITES = [NOTICES, DELIVERIES]


def announce_rows(
    *, citizen_id: uuid.UUID, kind: str, params: Mapping[str, Any], at: datetime
) -> dict[str, list[WriteRow]]:
    """The rows of ANNOUNCE_WRITES for one notice. Raises KeyError for a kind without a purpose."""
    notice_id = new_id()
    return {
        NOTICES.name: [
            {
                "id": notice_id,
                "citizen_id": citizen_id,
                "kind": kind,
                "params": dict(params),
                "created_at": at,
            }
        ],
        DELIVERIES.name: [
            {"notice_id": notice_id, "citizen_id": citizen_id, "purpose": KINDS[kind].purpose.value, "at": at}
        ],
    }
