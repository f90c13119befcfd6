"""Webhooks, over HTTP as a manager makes them, and what waits for them."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.posting import PostOutcome
from backend.notices.webhooks.models import WebhookDelivery
from tests.support.client import ApiClient

PATH = "/v1/shop/webhooks"
URL = "https://pos.example.jp/meguri"
ALL_EVENTS = ["purchase.recorded", "purchase.refunded", "coupon.redeemed"]


def register_webhook(manager: ApiClient, **body: Any) -> dict[str, Any]:
    """Of all events, unless told otherwise: the webhook, and `secret`."""
    response = manager.post(PATH, {"url": URL, "event_types": ALL_EVENTS, **body})
    assert response.status_code == 201, response.get_json()
    answer: dict[str, Any] = response.get_json()
    return {**answer["webhook"], "secret": answer["secret"]}


def send_test(manager: ApiClient, webhook: Mapping[str, Any]) -> str:
    """The event's id."""
    response = manager.post(f"{PATH}/{webhook['id']}/tests")
    assert response.status_code == 201, response.get_json()
    return str(response.get_json()["event_id"])


def list_rows(session: Session) -> list[WebhookDelivery]:
    """Deliveries in the order in which they were announced, as the database has them now."""
    query = select(WebhookDelivery).order_by(WebhookDelivery.event_id, WebhookDelivery.webhook_id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def told(session: Session) -> list[dict[str, Any]]:
    """The bodies of deliveries."""
    return [json.loads(row.body) for row in list_rows(session)]


class RememberingPoster:
    """Posts nothing, remembers everything. `outcomes`: in order, then 200."""

    def __init__(self, *outcomes: PostOutcome) -> None:
        self.outcomes = list(outcomes)
        self.posted: list[tuple[str, bytes, Mapping[str, str]]] = []

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> PostOutcome:
        self.posted.append((url, body, headers))
        return self.outcomes.pop(0) if self.outcomes else PostOutcome(status=200)
