"""A shop's webhooks: registered, given a new secret, paused, resumed, removed, tested; deliveries replayed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Update, delete, func, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, Refused
from backend.base.posting import UrlPolicy, UrlRefused
from backend.base.secrets import Vault
from backend.notices.webhooks.models import (
    Webhook,
    WebhookDelivery,
    WebhookDeliveryStatus,
    WebhookEvent,
    WebhookStatus,
    WebhookSubscription,
)
from backend.notices.webhooks.queries import (
    WebhookCard,
    WebhookDeliveryCard,
    WebhookNotFound,
    get_webhook,
    get_webhook_delivery,
)
from backend.notices.webhooks.rules import SECRET_OVERLAP, TEST_EVENT, make_body, new_secret
from backend.organisations.service.shops import lock_living_shop

# More than a shop has systems; each of them makes a purchase write one row more.
WEBHOOKS_MAX = 5
# No loaded object mirrors what these statements change.
AS_SAID = {"synchronize_session": False}


class WebhookUrlRefused(Refused):
    """Not https, not a public host, not an allowed port, or with user info."""


class WebhookLimitReached(Conflict):
    """The shop has as many as it may have."""


class WebhookNotActive(Conflict):
    """Paused or disabled: nothing is sent to it."""


@dataclass(frozen=True, slots=True)
class WebhookDraft:
    url: str
    event_types: Sequence[WebhookEvent]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookWithSecret:
    """`secret` is told this once."""

    webhook: WebhookCard
    secret: str = field(repr=False)


def register_webhook(
    session: Session,
    *,
    shop_id: uuid.UUID,
    draft: WebhookDraft,
    policy: UrlPolicy,
    registered_by: uuid.UUID,
    vault: Vault,
    at: datetime,
) -> WebhookWithSecret:
    """Raises ShopNotFound, ShopEnded, WebhookUrlRefused, WebhookLimitReached."""
    try:
        policy.read(draft.url)
    except UrlRefused as error:
        raise WebhookUrlRefused(field="url") from error
    shop = lock_living_shop(session, shop_id)
    count = session.scalar(select(func.count(Webhook.id)).where(Webhook.shop_id == shop.id)) or 0
    if count >= WEBHOOKS_MAX:
        raise WebhookLimitReached(maximum=WEBHOOKS_MAX)
    secret = new_secret()
    webhook = Webhook(
        id=new_id(),
        shop_id=shop.id,
        url=draft.url,
        note=draft.note,
        status=WebhookStatus.ACTIVE.value,
        secret_sealed=vault.seal(secret.encode()),
        created_by_staff_id=registered_by,
        created_at=at,
    )
    session.add(webhook)
    session.flush()
    session.add_all(
        WebhookSubscription(webhook_id=webhook.id, event_type=event_type.value)
        for event_type in set(draft.event_types)
    )
    session.flush()
    return WebhookWithSecret(get_webhook(session, webhook_id=webhook.id, shop_ids=[shop.id]), secret)


def rotate_webhook_secret(
    session: Session, *, webhook_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], vault: Vault, at: datetime
) -> WebhookWithSecret:
    """The secret before signs too for a day; one that was before that ends now. Raises WebhookNotFound."""
    webhook = _lock(session, webhook_id, shop_ids)
    secret = new_secret()
    webhook.previous_secret_sealed, webhook.previous_secret_until = webhook.secret_sealed, at + SECRET_OVERLAP
    webhook.secret_sealed = vault.seal(secret.encode())
    session.flush()
    return WebhookWithSecret(get_webhook(session, webhook_id=webhook_id, shop_ids=shop_ids), secret)


def pause_webhook(session: Session, *, webhook_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> WebhookCard:
    """Nothing is queued for it any more; what waits goes on waiting. Again: nothing. Raises WebhookNotFound."""
    return _set_status(session, webhook_id, shop_ids, WebhookStatus.PAUSED)


def resume_webhook(session: Session, *, webhook_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> WebhookCard:
    """Also one that was disabled; it then has its days anew. Raises WebhookNotFound."""
    return _set_status(session, webhook_id, shop_ids, WebhookStatus.ACTIVE)


def _set_status(
    session: Session, webhook_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], status: WebhookStatus
) -> WebhookCard:
    webhook = _lock(session, webhook_id, shop_ids)
    if webhook.status != status:
        webhook.status, webhook.failing_since = status.value, None
        session.flush()
    return get_webhook(session, webhook_id=webhook_id, shop_ids=shop_ids)


def remove_webhook(session: Session, *, webhook_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> None:
    """With its secrets and deliveries. Raises WebhookNotFound."""
    removed = session.scalar(
        delete(Webhook)
        .where(Webhook.id == webhook_id, Webhook.shop_id.in_(shop_ids))
        .returning(Webhook.id)
        .execution_options(**AS_SAID)
    )
    if removed is None:
        raise WebhookNotFound


def send_test_event(
    session: Session, *, webhook_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], at: datetime
) -> WebhookDeliveryCard:
    """Queue an event that says nothing but that it is a test. Raises WebhookNotFound, WebhookNotActive."""
    webhook = _lock_active(session, webhook_id, shop_ids)
    event_id = new_id()
    body = make_body(event_id=event_id, event_type=TEST_EVENT, shop_id=webhook.shop_id, data={}, at=at)
    session.add(
        WebhookDelivery(
            webhook_id=webhook_id,
            event_id=event_id,
            event_type=TEST_EVENT,
            body=body,
            status=WebhookDeliveryStatus.WAITING.value,
            attempts=0,
            not_before=at,
            announced_at=at,
        )
    )
    session.flush()
    return get_webhook_delivery(session, webhook_id=webhook_id, event_id=event_id)


def replay_webhook_delivery(
    session: Session,
    *,
    webhook_id: uuid.UUID,
    event_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID],
    at: datetime,
) -> WebhookDeliveryCard:
    """Send it again at once, whatever became of it; the ladder of tries begins anew.

    Raises WebhookNotFound, WebhookNotActive, WebhookDeliveryNotFound.
    """
    _lock_active(session, webhook_id, shop_ids)
    session.execute(
        _replaying(webhook_id, at).where(WebhookDelivery.event_id == event_id).execution_options(**AS_SAID)
    )
    return get_webhook_delivery(session, webhook_id=webhook_id, event_id=event_id)


def replay_failed_webhook_deliveries(
    session: Session,
    *,
    webhook_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID],
    since: datetime,
    at: datetime,
) -> int:
    """All that were announced since and have failed. Returns how many. Raises WebhookNotFound, WebhookNotActive."""
    _lock_active(session, webhook_id, shop_ids)
    replayed = session.execute(
        _replaying(webhook_id, at)
        .where(
            WebhookDelivery.status == WebhookDeliveryStatus.FAILED.value,
            WebhookDelivery.announced_at >= since,
        )
        .returning(WebhookDelivery.event_id)
        .execution_options(**AS_SAID)
    )
    return len(replayed.all())


def _replaying(webhook_id: uuid.UUID, at: datetime) -> Update:
    return (
        update(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id)
        .values(status=WebhookDeliveryStatus.WAITING.value, attempts=0, not_before=at, settled_at=None)
    )


def _lock(session: Session, webhook_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> Webhook:
    """Not from purchases, which only name it."""
    found = session.scalar(
        select(Webhook)
        .where(Webhook.id == webhook_id, Webhook.shop_id.in_(shop_ids))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise WebhookNotFound
    return found


def _lock_active(session: Session, webhook_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> Webhook:
    webhook = _lock(session, webhook_id, shop_ids)
    if webhook.status != WebhookStatus.ACTIVE:
        raise WebhookNotActive
    return webhook
