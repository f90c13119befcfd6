"""How an event is queued: one write that joins the list of whatever causes it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, Text, Uuid, exists, insert, literal_column, select

from backend.base.database import UtcDateTime, new_id
from backend.base.writes import RowColumns, Write, WriteRow
from backend.notices.webhooks.models import Webhook, WebhookDelivery, WebhookEvent, WebhookSubscription
from backend.notices.webhooks.rules import make_body

COLUMNS = (
    "webhook_id",
    "event_id",
    "event_type",
    "body",
    "status",
    "attempts",
    "not_before",
    "announced_at",
)
ACTIVE: ColumnElement[str] = literal_column("'active'")


def has_webhook(shop_id: ColumnElement[uuid.UUID]) -> ColumnElement[bool]:
    """Whether anybody listens there: for the one read of what may cause an event."""
    webhooks = Webhook.__table__.c
    return exists().where(webhooks.shop_id == shop_id, webhooks.status == ACTIVE)


def _queue(row: RowColumns, _dialect: str) -> Any:
    """One a webhook of the shop that subscribes to it and is active."""
    webhooks, subscriptions = Webhook.__table__.c, WebhookSubscription.__table__.c
    listening = (
        select(
            webhooks.id,
            row["event_id"],
            row["event_type"],
            row["body"],
            literal_column("'waiting'"),
            literal_column("0"),
            row["at"],
            row["at"],
        )
        .where(
            webhooks.shop_id == row["shop_id"],
            webhooks.status == ACTIVE,
            subscriptions.webhook_id == webhooks.id,
            subscriptions.event_type == row["event_type"],
        )
        # The lock that the foreign key takes anyway, but before: a webhook being removed in this very moment is
        # waited for and left out, instead of failing the purchase.
        .with_for_update(read=True, key_share=True, of=Webhook.__table__)
    )
    return insert(WebhookDelivery).from_select(list(COLUMNS), listening, include_defaults=False)


WEBHOOK_DELIVERIES = Write(
    "webhook_deliveries",
    {"event_id": Uuid(), "event_type": String(24), "shop_id": Uuid(), "body": Text(), "at": UtcDateTime()},
    _queue,
    guarded=False,  # none, one or many webhooks
)


def event_row(
    event_type: WebhookEvent, *, shop_id: uuid.UUID, data: Mapping[str, Any], at: datetime
) -> WriteRow:
    """A row of WEBHOOK_DELIVERIES. `data` must tell nothing of the citizen."""
    event_id = new_id()
    body = make_body(event_id=event_id, event_type=event_type.value, shop_id=shop_id, data=data, at=at)
    return {
        "event_id": event_id,
        "event_type": event_type.value,
        "shop_id": shop_id,
        "body": body,
        "at": at,
    }
