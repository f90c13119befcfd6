"""Reads of webhooks and their deliveries, as their shop sees them: never a secret, never a body."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal_column, select
from sqlalchemy.orm import Session

from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.notices.webhooks.models import (
    WAITING_DELIVERIES,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryStatus,
    WebhookStatus,
    WebhookSubscription,
)


class WebhookNotFound(NotFound):
    """Not there, removed, or another shop's."""


class WebhookDeliveryNotFound(NotFound):
    """Not there, forgotten after a month, or another webhook's."""


@dataclass(frozen=True, slots=True)
class WebhookCard:
    """`previous_secret_until`: until then the secret before signs too. `failing_since`: nothing accepted since."""

    id: uuid.UUID
    shop_id: uuid.UUID
    url: str
    note: str | None
    event_types: Sequence[str]
    status: str
    failing_since: datetime | None
    previous_secret_until: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookDeliveryCard:
    """`answer_status`, or else `failure`, of the last try."""

    event_id: uuid.UUID
    event_type: str
    status: str
    attempts: int
    answer_status: int | None
    failure: str | None
    announced_at: datetime
    next_attempt_at: datetime | None
    settled_at: datetime | None


def list_webhooks(session: Session, *, shop_id: uuid.UUID, page: PageRequest) -> Page[WebhookCard]:
    """Oldest first."""
    query = select(Webhook).where(Webhook.shop_id == shop_id).order_by(Webhook.id).limit(page.limit + 1)
    if after := page.after(uuid.UUID):
        query = query.where(Webhook.id > after[0])
    return make_page(_cards(session, query), page, lambda card: str(card.id))


def get_webhook(session: Session, *, webhook_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> WebhookCard:
    """Raises WebhookNotFound."""
    query = select(Webhook).where(Webhook.id == webhook_id, Webhook.shop_id.in_(shop_ids))
    found = _cards(session, query)
    if not found:
        raise WebhookNotFound
    return found[0]


def _cards(session: Session, query: Select[Webhook]) -> list[WebhookCard]:
    found = session.scalars(query).all()
    subscribed = session.execute(
        select(WebhookSubscription.webhook_id, WebhookSubscription.event_type)
        .where(WebhookSubscription.webhook_id.in_([webhook.id for webhook in found]))
        .order_by(WebhookSubscription.event_type)
    )
    event_types: defaultdict[uuid.UUID, list[str]] = defaultdict(list)
    for row in subscribed:
        event_types[row.webhook_id].append(row.event_type)
    return [_card(webhook, event_types[webhook.id]) for webhook in found]


def _card(webhook: Webhook, event_types: Sequence[str]) -> WebhookCard:
    return WebhookCard(
        webhook.id,
        webhook.shop_id,
        webhook.url,
        webhook.note,
        event_types,
        webhook.status,
        webhook.failing_since,
        webhook.previous_secret_until,
        webhook.created_at,
    )


def list_webhook_deliveries(
    session: Session,
    *,
    webhook_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID],
    status: WebhookDeliveryStatus | None,
    page: PageRequest,
) -> Page[WebhookDeliveryCard]:
    """Newest first. Raises WebhookNotFound."""
    get_webhook(session, webhook_id=webhook_id, shop_ids=shop_ids)
    query = _deliveries().where(WebhookDelivery.webhook_id == webhook_id)
    if status is not None:
        query = query.where(WebhookDelivery.status == status.value)
    if after := page.after(uuid.UUID):
        query = query.where(WebhookDelivery.event_id < after[0])
    query = query.order_by(WebhookDelivery.event_id.desc()).limit(page.limit + 1)
    cards = [_delivery_card(row) for row in session.execute(query)]
    return make_page(cards, page, lambda card: str(card.event_id))


def get_webhook_delivery(
    session: Session, *, webhook_id: uuid.UUID, event_id: uuid.UUID
) -> WebhookDeliveryCard:
    """Of a webhook that is the caller's. Raises WebhookDeliveryNotFound."""
    query = _deliveries().where(
        WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.event_id == event_id
    )
    row = session.execute(query).first()
    if row is None:
        raise WebhookDeliveryNotFound
    return _delivery_card(row)


def _deliveries() -> Select[*tuple[Any, ...]]:
    return select(
        WebhookDelivery.event_id,
        WebhookDelivery.event_type,
        WebhookDelivery.status,
        WebhookDelivery.attempts,
        WebhookDelivery.answer_status,
        WebhookDelivery.failure,
        WebhookDelivery.announced_at,
        WebhookDelivery.not_before,
        WebhookDelivery.settled_at,
    )


def _delivery_card(row: Any) -> WebhookDeliveryCard:
    waits = row.status == WebhookDeliveryStatus.WAITING
    return WebhookDeliveryCard(
        row.event_id,
        row.event_type,
        row.status,
        row.attempts,
        row.answer_status,
        row.failure,
        row.announced_at,
        row.not_before if waits else None,
        row.settled_at,
    )


def has_due_webhook_delivery(session: Session, *, at: datetime) -> bool:
    """Whether one waits for a webhook that is active: asked often, so it takes no lock."""
    query = (
        select(WebhookDelivery.event_id)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(
            literal_column(WAITING_DELIVERIES),
            WebhookDelivery.not_before <= at,
            Webhook.status == WebhookStatus.ACTIVE.value,
        )
    )
    return session.execute(query.limit(1)).first() is not None
