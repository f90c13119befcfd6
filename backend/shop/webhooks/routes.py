"""A shop's webhooks: addresses of its own system, and what was sent to them."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.base.posting import UrlPolicy
from backend.notices.webhooks import queries, service
from backend.notices.webhooks.models import WebhookDeliveryStatus, WebhookEvent
from backend.notices.webhooks.queries import (
    WebhookCard,
    WebhookDeliveryCard,
    WebhookDeliveryNotFound,
    WebhookNotFound,
)
from backend.notices.webhooks.service import (
    WebhookDraft,
    WebhookLimitReached,
    WebhookNotActive,
    WebhookUrlRefused,
    WebhookWithSecret,
)
from backend.organisations.queries import ShopNotFound
from backend.organisations.service.shops import ShopEnded
from backend.people.permissions import Permission
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.shop.webhooks.schemas import (
    RegisterWebhookIn,
    ReplayedOut,
    ReplayFailedIn,
    WebhookDeliveryListQuery,
    WebhookDeliveryOut,
    WebhookDeliveryPage,
    WebhookListQuery,
    WebhookOut,
    WebhookPage,
    WebhookWithSecretOut,
)
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import page_request

face = Face(
    "webhooks", __name__, url_prefix="/v1/shop/webhooks", description="What the shop's own system is told."
)

MANAGE = Permission.MANAGE_OWN_WEBHOOKS


@face.operation(
    "GET",
    "",
    permission=MANAGE,
    query=WebhookListQuery,
    answer=WebhookPage,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def list_webhooks(call: Call, query: dict[str, Any]) -> Page[WebhookCard]:
    """My shop's webhooks."""
    shop_id = choose_shop(call, MANAGE, query["shop_id"])
    return queries.list_webhooks(call.session, shop_id=shop_id, page=page_request(query))


@face.operation(
    "POST",
    "",
    permission=MANAGE,
    body=RegisterWebhookIn,
    answer=WebhookWithSecretOut,
    status=201,
    errors=[ShopNotFound, ShopChoiceRequired, ShopEnded, WebhookUrlRefused, WebhookLimitReached],
    example={"url": "https://pos.example.jp/meguri", "event_types": ["purchase.recorded"], "note": "POS"},
)
def register_webhook(call: Call, body: dict[str, Any]) -> WebhookWithSecret:
    """Let my shop's system be told of events. The secret that signs them is shown once."""
    event_types = [WebhookEvent(event_type) for event_type in body["event_types"]]
    return service.register_webhook(
        call.session,
        shop_id=choose_shop(call, MANAGE, body["shop_id"]),
        draft=WebhookDraft(body["url"], event_types, body["note"]),
        policy=UrlPolicy.of(call.settings),
        registered_by=call.staff.staff_id,
        vault=call.ground.vault,
        at=call.at,
    )


@face.operation(
    "POST",
    "/<uuid:webhook_id>/secrets",
    permission=MANAGE,
    answer=WebhookWithSecretOut,
    status=201,
    errors=[WebhookNotFound],
)
def rotate_webhook_secret(call: Call, webhook_id: uuid.UUID) -> WebhookWithSecret:
    """A new secret, shown once; for a day the one before signs too."""
    return service.rotate_webhook_secret(
        call.session,
        webhook_id=webhook_id,
        shop_ids=own_shops(call, MANAGE),
        vault=call.ground.vault,
        at=call.at,
    )


@face.operation(
    "POST",
    "/<uuid:webhook_id>/pause",
    permission=MANAGE,
    answer=WebhookOut,
    errors=[WebhookNotFound],
)
def pause_webhook(call: Call, webhook_id: uuid.UUID) -> WebhookCard:
    """Send nothing to it. What happens meanwhile it is never told; what waited goes out when it is resumed."""
    return service.pause_webhook(call.session, webhook_id=webhook_id, shop_ids=own_shops(call, MANAGE))


@face.operation(
    "POST",
    "/<uuid:webhook_id>/resume",
    permission=MANAGE,
    answer=WebhookOut,
    errors=[WebhookNotFound],
)
def resume_webhook(call: Call, webhook_id: uuid.UUID) -> WebhookCard:
    """Send to it again, whether you paused it or it was disabled."""
    return service.resume_webhook(call.session, webhook_id=webhook_id, shop_ids=own_shops(call, MANAGE))


@face.operation(
    "DELETE",
    "/<uuid:webhook_id>",
    permission=MANAGE,
    status=204,
    errors=[WebhookNotFound],
)
def remove_webhook(call: Call, webhook_id: uuid.UUID) -> None:
    """Forget it, its secret and its deliveries."""
    service.remove_webhook(call.session, webhook_id=webhook_id, shop_ids=own_shops(call, MANAGE))


@face.operation(
    "POST",
    "/<uuid:webhook_id>/tests",
    permission=MANAGE,
    answer=WebhookDeliveryOut,
    status=201,
    errors=[WebhookNotFound, WebhookNotActive],
    limits=[RateLimit("test_webhook", "sign_in_attempts", By.TOKEN, factor=3)],
)
def send_test_event(call: Call, webhook_id: uuid.UUID) -> WebhookDeliveryCard:
    """Send an event of type `test`, once. What became of it, its delivery tells."""
    return service.send_test_event(
        call.session, webhook_id=webhook_id, shop_ids=own_shops(call, MANAGE), at=call.at
    )


@face.operation(
    "GET",
    "/<uuid:webhook_id>/deliveries",
    permission=MANAGE,
    query=WebhookDeliveryListQuery,
    answer=WebhookDeliveryPage,
    errors=[WebhookNotFound],
)
def list_webhook_deliveries(
    call: Call, webhook_id: uuid.UUID, query: dict[str, Any]
) -> Page[WebhookDeliveryCard]:
    """What was and is to be sent to it, newest first, for a month."""
    return queries.list_webhook_deliveries(
        call.session,
        webhook_id=webhook_id,
        shop_ids=own_shops(call, MANAGE),
        status=WebhookDeliveryStatus(query["status"]) if query["status"] else None,
        page=page_request(query),
    )


@face.operation(
    "POST",
    "/<uuid:webhook_id>/deliveries/<uuid:event_id>/replay",
    permission=MANAGE,
    answer=WebhookDeliveryOut,
    errors=[WebhookNotFound, WebhookNotActive, WebhookDeliveryNotFound],
)
def replay_webhook_delivery(call: Call, webhook_id: uuid.UUID, event_id: uuid.UUID) -> WebhookDeliveryCard:
    """Send one again, with the same id and body."""
    return service.replay_webhook_delivery(
        call.session,
        webhook_id=webhook_id,
        event_id=event_id,
        shop_ids=own_shops(call, MANAGE),
        at=call.at,
    )


@face.operation(
    "POST",
    "/<uuid:webhook_id>/replays",
    permission=MANAGE,
    body=ReplayFailedIn,
    answer=ReplayedOut,
    errors=[WebhookNotFound, WebhookNotActive],
    example={"since": "2026-11-01T00:00:00+09:00"},
)
def replay_failed_webhook_deliveries(
    call: Call, webhook_id: uuid.UUID, body: dict[str, Any]
) -> dict[str, int]:
    """Send all again that failed since a moment."""
    replayed_count = service.replay_failed_webhook_deliveries(
        call.session,
        webhook_id=webhook_id,
        shop_ids=own_shops(call, MANAGE),
        since=body["since"],
        at=call.at,
    )
    return {"replayed_count": replayed_count}
