"""Devices and notices, through the services that make them."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.notices.kinds import CIRCULAR_KIND
from backend.notices.models import Circular, Delivery, Device, Notice
from backend.notices.service import announce, register_device

PURCHASE_PARAMS: dict[str, Any] = {
    "shop": {"ja": "麦と汽笛", "en": "Wheat & Whistle"},
    "amount_yen": 1480,
    "points": 74,
    "balance_points": 1318,
}


def make_device(
    session: Session,
    *,
    citizen_id: uuid.UUID,
    at: datetime,
    installation_id: str = "installation-1",
    platform: str = "android",
    target_kind: str = "fid",
    target: str | None = None,
) -> Device:
    return register_device(
        session,
        citizen_id=citizen_id,
        installation_id=installation_id,
        platform=platform,
        target_kind=target_kind,
        target=target or f"target-of-{installation_id}",
        at=at,
    )


def make_notice(
    session: Session, *, citizen_id: uuid.UUID, at: datetime, kind: str = "purchase_recorded", **params: Any
) -> uuid.UUID:
    """Told through `announce`, so it is in the inbox and on its way to every device."""
    return announce(session, citizen_id=citizen_id, kind=kind, params=PURCHASE_PARAMS | params, at=at)


def list_deliveries(session: Session) -> list[Delivery]:
    """In the order in which they were announced, as the database has them now."""
    query = select(Delivery).order_by(Delivery.notice_id, Delivery.device_id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def make_circular(session: Session, *, at: datetime, **values: Any) -> Circular:
    """Of the city's, about events, unless told otherwise; over after a week."""
    given: dict[str, Any] = {
        "purpose": "push_city",
        "category": "events",
        "sender_names": {"ja": "釧路市", "en": "Kushiro City"},
        "titles": {"ja": "港まつり", "en": "Harbour festival"},
        "bodies": {"ja": "土曜日に開きます。", "en": "It opens on Saturday."},
        "reasons": {"ja": "釧路市にお住まいの方にお送りしています。", "en": "Sent to residents of Kushiro."},
        "collapse_key": "festival",
        "ttl_seconds": 3600,
        "expires_at": at + timedelta(days=7),
    }
    circular = Circular(id=new_id(), created_at=at, **given | values)
    session.add(circular)
    session.flush()
    return circular


def make_copy(session: Session, *, citizen_id: uuid.UUID, circular: Circular, at: datetime) -> uuid.UUID:
    """The circular in somebody's inbox; the notice's id."""
    notice = Notice(
        id=new_id(),
        citizen_id=citizen_id,
        kind=CIRCULAR_KIND,
        params={},
        created_at=at,
        circular_id=circular.id,
        expires_at=circular.expires_at,
    )
    session.add(notice)
    session.flush()
    return notice.id
