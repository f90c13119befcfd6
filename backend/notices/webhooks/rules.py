"""How an event reads, how it is signed, when it is sent again. Pure."""

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

# A webhook's own test: nobody subscribes to it, and it is tried once.
TEST_EVENT = "test"

# Waits before the second try, the third, …: almost a day from the first to the last.
RETRY_SECONDS = (30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 36_000)
# Spreads over a tenth more what would otherwise all come back in the same second.
RETRY_SPREAD = 0.1
# When a delivery is given up and nothing was accepted for so long, the webhook is disabled.
FAILING_DAYS = 5
# For so long a secret that was replaced signs too.
SECRET_OVERLAP = timedelta(hours=24)

SECRET_PREFIX = "whsec_"  # noqa: S105 (what a secret begins with)
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class TakenWebhookDelivery:
    """An event on its way to a webhook, as it was when a worker took it; `attempts` counts this one too.

    `secrets_sealed`: each signs, the newest first. `leased_until` tells this taking from any later one.
    """

    webhook_id: uuid.UUID
    event_id: uuid.UUID
    event_type: str
    url: str = field(repr=False)
    body: str = field(repr=False)
    attempts: int
    leased_until: datetime
    secrets_sealed: Sequence[bytes] = field(repr=False)


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def make_body(
    *, event_id: uuid.UUID, event_type: str, shop_id: uuid.UUID, data: Mapping[str, Any], at: datetime
) -> str:
    """JSON: `id`, `type`, `timestamp`, `shop_id` and what the type tells."""
    said = {"id": event_id, "type": event_type, "timestamp": at, "shop_id": shop_id, "data": dict(data)}
    return orjson.dumps(said, option=orjson.OPT_UTC_Z).decode()


def sign(secret: str, *, event_id: uuid.UUID, at: datetime, body: str) -> str:
    """As Standard Webhooks does it: HMAC-SHA256 over id, seconds and body, dots between, in Base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{event_id}.{int(at.timestamp())}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def make_headers(
    secrets: Sequence[str], *, event_id: uuid.UUID, at: datetime, body: str
) -> Mapping[str, str]:
    """Of one try at `at`; one signature for each secret, spaces between."""
    return {
        "content-type": "application/json",
        "user-agent": "Meguri-Webhooks",
        "webhook-id": str(event_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(
            sign(secret, event_id=event_id, at=at, body=body) for secret in secrets
        ),
    }


def retry_at(at: datetime, *, event_type: str, attempts: int, spread: float) -> datetime | None:
    """When to try again after `attempts` tries; None: no more. `spread`: a random number from 0 to 1."""
    if event_type == TEST_EVENT or attempts > len(RETRY_SECONDS):
        return None
    return at + timedelta(seconds=RETRY_SECONDS[attempts - 1] * (1 + RETRY_SPREAD * spread))
