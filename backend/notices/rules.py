"""How a notice reads, what is pushed of it, when a push is tried again. Pure."""

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_skeleton

from backend.base.push import Push, PushContent, PushOutcome, PushResult
from backend.base.text import pick_language, text
from backend.notices.kinds import link_of
from backend.notices.models import DeliveryStatus

# A push older than this helps nobody; the inbox still has the notice.
TTL_SECONDS = 86_400

# Waits before the second try, the third, …; after the last rung we give up.
RETRY_SECONDS = (30, 120, 600, 3_600)
# Spreads over a quarter more what would otherwise all come back in the same second.
RETRY_SPREAD = 0.25


@dataclass(frozen=True, slots=True)
class NoticeText:
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class TakenDelivery:
    """A notice on its way to a device, as it was when a worker took it; `attempts` counts this one too."""

    notice_id: uuid.UUID
    device_id: uuid.UUID
    attempts: int
    kind: str
    params: Mapping[str, Any]
    language: str
    platform: str
    target_kind: str
    target: str = field(repr=False)
    ttl_seconds: int = TTL_SECONDS


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an outcome makes of a delivery. `not_before` only where it waits again."""

    status: DeliveryStatus
    failure: str | None
    not_before: datetime | None = None


def render(kind: str, params: Mapping[str, Any], language: str) -> NoticeText:
    """The notice in a language. A parameter that is a mapping holds a text a language, one named `…_on` a day.

    Raises KeyError for a kind without texts, or without a parameter that its texts name.
    """
    said = said_in(params, language)
    return NoticeText(
        text(f"notice.{kind}.title", language, **said), text(f"notice.{kind}.body", language, **said)
    )


def said_in(params: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The parameters as texts in that language may name them."""
    return {name: _said(name, value, language) for name, value in params.items()}


def _said(name: str, value: Any, language: str) -> Any:
    if isinstance(value, Mapping):
        return pick_language(value, language)
    if name.endswith("_on") and isinstance(value, str):
        return format_skeleton("MMMMd", date.fromisoformat(value), locale=language.partition("@")[0])
    return value


def useful_until(created_at: datetime, expires_at: datetime | None) -> datetime:
    """When a push of it is too late: it is a day old, or what it speaks of is over."""
    old_at = created_at + timedelta(seconds=TTL_SECONDS)
    return old_at if expires_at is None else min(old_at, expires_at)


def ttl_seconds_of(expires_at: datetime | None, *, at: datetime) -> int:
    """How long a phone that is switched off may get it later. It is not over yet at `at`."""
    if expires_at is None:
        return TTL_SECONDS
    return min(TTL_SECONDS, math.ceil((expires_at - at).total_seconds()))


def make_push(delivery: TakenDelivery) -> Push:
    """Raises KeyError as `render`. The data let the app open the notice without asking us first."""
    said, link = (
        render(delivery.kind, delivery.params, delivery.language),
        link_of(delivery.kind, delivery.params),
    )
    content = PushContent(
        title=said.title,
        body=said.body,
        data={
            "notice_id": str(delivery.notice_id),
            "kind": delivery.kind,
            **({"link": link} if link else {}),
        },
        collapse_key=str(delivery.notice_id),
        ttl_seconds=delivery.ttl_seconds,
    )
    return Push(content, delivery.platform, delivery.target_kind, delivery.target)


def retry_at(
    at: datetime, attempts: int, *, spread: float, after_seconds: int | None = None
) -> datetime | None:
    """When to try again after `attempts` tries, no sooner than the service asks; None: no more.

    `spread`: a random number from 0 to 1.
    """
    if attempts > len(RETRY_SECONDS):
        return None
    wait = max(RETRY_SECONDS[attempts - 1], after_seconds or 0)
    return at + timedelta(seconds=wait * (1 + RETRY_SPREAD * spread))


def settle(outcome: PushOutcome, *, attempts: int, at: datetime, spread: float) -> Settlement:
    """`attempts` and `spread` as in `retry_at`."""
    if outcome.result is not PushResult.RETRY:
        return Settlement(DeliveryStatus(outcome.result.value), outcome.reason)
    again = retry_at(at, attempts, spread=spread, after_seconds=outcome.after_seconds)
    if again is None:
        return Settlement(DeliveryStatus.FAILED, outcome.reason)
    return Settlement(DeliveryStatus.WAITING, outcome.reason, again)
