"""The outbox of webhooks: take in one transaction, post in none, settle each in one of its own.

Whatever dies in between leaves rows that are due again after their lease: an event may come twice, with one id.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Protocol

import structlog

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.base.posting import PostOutcome
from backend.base.secrets import SealUnreadable, Vault
from backend.notices.webhooks.delivering import settle_webhook_delivery, take_webhook_deliveries
from backend.notices.webhooks.queries import has_due_webhook_delivery
from backend.notices.webhooks.rules import TakenWebhookDelivery, make_headers

# A batch must end well within its lease, even when each of its requests runs into its limit.
BATCH = 40
SENT_AT_ONCE = 8
LEASE_SECONDS = 180

log = structlog.get_logger()


class Posts(Protocol):
    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> PostOutcome:
        """See `base.posting.Poster`."""


def send_webhooks(database: Database, poster: Posts, vault: Vault) -> bool:
    """One batch. Whether more may wait."""
    at = utc_now()
    if not database.run(lambda session: has_due_webhook_delivery(session, at=at), writes=False):
        return False
    taken = database.run(
        lambda session: take_webhook_deliveries(session, at=at, limit=BATCH, lease_seconds=LEASE_SECONDS)
    )
    with ThreadPoolExecutor(SENT_AT_ONCE, thread_name_prefix="webhook") as pool:
        posted = {pool.submit(_post, poster, vault, delivery): delivery for delivery in taken}
        for future in as_completed(posted):
            _settle(database, posted[future], future.result())
    return bool(taken)


def _post(poster: Posts, vault: Vault, delivery: TakenWebhookDelivery) -> PostOutcome:
    try:
        secrets = [vault.open(sealed).decode() for sealed in delivery.secrets_sealed]
    except SealUnreadable:  # one shop's secret must not hold up the others
        return PostOutcome(failure="secret_unreadable")
    headers = make_headers(secrets, event_id=delivery.event_id, at=utc_now(), body=delivery.body)
    return poster.post(delivery.url, delivery.body.encode(), headers)


def _settle(database: Database, delivery: TakenWebhookDelivery, outcome: PostOutcome) -> None:
    at = utc_now()
    status = database.run(
        lambda session: settle_webhook_delivery(session, delivery=delivery, outcome=outcome, at=at)
    )
    if not outcome.is_accepted:
        # Never the address: what stands behind the host may be somebody's key.
        log.warning(
            "webhook_not_accepted",
            webhook_id=str(delivery.webhook_id),
            event_id=str(delivery.event_id),
            answer_status=outcome.status,
            failure=outcome.failure,
            attempts=delivery.attempts,
            status=status.value if status else None,
        )
