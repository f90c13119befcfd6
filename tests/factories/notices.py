"""Devices and notices, through the services that make them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.notices.models import Delivery, Device
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
