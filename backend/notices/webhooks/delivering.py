"""Taking deliveries out of the outbox, and writing down what became of them."""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, literal, literal_column, select, tuple_, update
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.base.posting import PostOutcome
from backend.base.text import DEFAULT_LANGUAGE
from backend.notices.webhooks.models import (
    WAITING_DELIVERIES,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryStatus,
    WebhookStatus,
)
from backend.notices.webhooks.rules import FAILING_DAYS, TakenWebhookDelivery, retry_at
from backend.organisations.models import Shop
from backend.people.service.letters import queue_letter

# So many of a webhook are sent at a time: one that hangs must not keep the others waiting.
BATCH_OF_WEBHOOK = 4
# No loaded object mirrors what these statements change.
AS_SAID = {"synchronize_session": False}
KEY = (WebhookDelivery.webhook_id, WebhookDelivery.event_id)


def take_webhook_deliveries(
    session: Session, *, at: datetime, limit: int, lease_seconds: int
) -> list[TakenWebhookDelivery]:
    """What is due, of each active webhook a few; nobody else takes it while the lease lasts.

    Commit before the network is asked. Whoever dies while sending leaves rows that are due again after the lease:
    what may have arrived is sent once more, with the same id.
    """
    leased_until = at + timedelta(seconds=lease_seconds)
    due = _due(at, limit)
    leased = session.execute(
        update(WebhookDelivery)
        .where(tuple_(*KEY).in_(select(due.c.webhook_id, due.c.event_id)))
        .values(attempts=WebhookDelivery.attempts + 1, not_before=leased_until)
        .returning(*KEY)
        .execution_options(**AS_SAID)
    )
    keys = [(row.webhook_id, row.event_id) for row in leased]
    return [_taken(row, at, leased_until) for row in session.execute(_details(keys))] if keys else []


def _due(at: datetime, limit: int) -> Any:
    is_due: tuple[ColumnElement[bool], ...] = (
        literal_column(WAITING_DELIVERIES),
        WebhookDelivery.not_before <= at,
    )
    place = func.row_number().over(
        partition_by=WebhookDelivery.webhook_id,
        order_by=[WebhookDelivery.not_before, WebhookDelivery.event_id],
    )
    placed = (
        select(*KEY, place.label("place"))
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(*is_due, Webhook.status == WebhookStatus.ACTIVE.value)
        .subquery("placed")
    )
    return (
        select(*KEY)
        .join(placed, tuple_(*KEY) == tuple_(placed.c.webhook_id, placed.c.event_id))
        .where(*is_due, placed.c.place <= BATCH_OF_WEBHOOK)
        .order_by(WebhookDelivery.not_before)
        .limit(limit)
        # Two workers take different rows; SQLite has one writer and leaves this out.
        .with_for_update(skip_locked=True, of=WebhookDelivery)
        # A table of its own: PostgreSQL may run a subquery again, and then lock more than the limit.
        .cte("due")
    )


def _details(keys: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> Any:
    return (
        select(
            *KEY,
            WebhookDelivery.event_type,
            WebhookDelivery.body,
            WebhookDelivery.attempts,
            Webhook.url,
            Webhook.secret_sealed,
            Webhook.previous_secret_sealed,
            Webhook.previous_secret_until,
        )
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(tuple_(*KEY).in_(keys))
        .order_by(WebhookDelivery.event_id)
    )


def _taken(row: Any, at: datetime, leased_until: datetime) -> TakenWebhookDelivery:
    secrets = [row.secret_sealed]
    if row.previous_secret_until is not None and row.previous_secret_until > at:
        secrets.append(row.previous_secret_sealed)
    return TakenWebhookDelivery(
        webhook_id=row.webhook_id,
        event_id=row.event_id,
        event_type=row.event_type,
        url=row.url,
        body=row.body,
        attempts=row.attempts,
        leased_until=leased_until,
        secrets_sealed=secrets,
    )


def settle_webhook_delivery(
    session: Session, *, delivery: TakenWebhookDelivery, outcome: PostOutcome, at: datetime
) -> WebhookDeliveryStatus | None:
    """Write down what became of one try, and disable a webhook that has failed for days.

    Gives the delivery's status; None where it is gone, or somebody else has taken it since.
    """
    again = None
    if not outcome.is_accepted:
        spread = random.random()  # noqa: S311
        again = retry_at(at, event_type=delivery.event_type, attempts=delivery.attempts, spread=spread)
    status = _status_after(outcome, again)
    settled = session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.webhook_id == delivery.webhook_id,
            WebhookDelivery.event_id == delivery.event_id,
            WebhookDelivery.status == WebhookDeliveryStatus.WAITING.value,
            WebhookDelivery.not_before == delivery.leased_until,
        )
        .values(
            status=status.value,
            answer_status=outcome.status,
            failure=outcome.failure,
            not_before=again or WebhookDelivery.not_before,
            settled_at=None if again else at,
        )
        .returning(WebhookDelivery.event_id)
        .execution_options(**AS_SAID)
    ).first()
    if settled is None:
        return None
    _note(session, delivery.webhook_id, status, at)
    return status


def _status_after(outcome: PostOutcome, again: datetime | None) -> WebhookDeliveryStatus:
    if outcome.is_accepted:
        return WebhookDeliveryStatus.ACCEPTED
    return WebhookDeliveryStatus.FAILED if again is None else WebhookDeliveryStatus.WAITING


def _note(session: Session, webhook_id: uuid.UUID, status: WebhookDeliveryStatus, at: datetime) -> None:
    """Since when it fails, if it does."""
    noting = update(Webhook).where(Webhook.id == webhook_id).execution_options(**AS_SAID)
    if status is WebhookDeliveryStatus.ACCEPTED:
        session.execute(noting.where(Webhook.failing_since.is_not(None)).values(failing_since=None))
        return
    session.execute(noting.where(Webhook.failing_since.is_(None)).values(failing_since=at))
    if status is WebhookDeliveryStatus.FAILED:
        _disable_failing(session, webhook_id, at)


def _disable_failing(session: Session, webhook_id: uuid.UUID, at: datetime) -> None:
    """And write to the shop, once."""
    disabled = session.execute(
        update(Webhook)
        .where(
            Webhook.id == webhook_id,
            Webhook.status == WebhookStatus.ACTIVE.value,
            Webhook.failing_since <= literal(at - timedelta(days=FAILING_DAYS), UtcDateTime()),
        )
        .values(status=WebhookStatus.DISABLED.value)
        .returning(Webhook.shop_id, Webhook.url)
        .execution_options(**AS_SAID)
    ).first()
    if disabled is None:
        return
    shop = session.get_one(Shop, disabled.shop_id)
    queue_letter(
        session,
        channel="email",
        recipient=shop.contact_email,
        kind="webhook_disabled",
        language=DEFAULT_LANGUAGE,
        # The host alone: what stands behind it may be somebody's key.
        params={
            "shop": shop.name_ja,
            "host": urlsplit(disabled.url).hostname or "",
            "days": str(FAILING_DAYS),
        },
        at=at,
    )
