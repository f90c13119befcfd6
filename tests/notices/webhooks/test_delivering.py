"""Deliveries taken under a lease, settled, given up; webhooks disabled."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from backend.base.database import Database
from backend.base.posting import PostOutcome
from backend.notices.webhooks.delivering import (
    BATCH_OF_WEBHOOK,
    settle_webhook_delivery,
    take_webhook_deliveries,
)
from backend.notices.webhooks.models import Webhook
from backend.notices.webhooks.queries import has_due_webhook_delivery
from backend.notices.webhooks.rules import RETRY_SECONDS, TakenWebhookDelivery
from tests.factories.credentials import letters_to
from tests.factories.purchases import buy
from tests.factories.webhooks import PATH, list_rows, register_webhook
from tests.support.client import ApiClient

LEASE_SECONDS = 180
DAY = timedelta(days=1)
REFUSED = PostOutcome(status=500)


@pytest.fixture
def take(database: Database) -> Callable[[datetime], list[TakenWebhookDelivery]]:
    def take(at: datetime) -> list[TakenWebhookDelivery]:
        return database.run(
            lambda session: take_webhook_deliveries(session, at=at, limit=40, lease_seconds=LEASE_SECONDS)
        )

    return take


Take = Callable[[datetime], list[TakenWebhookDelivery]]


def settle(database: Database, delivery: TakenWebhookDelivery, outcome: PostOutcome, at: datetime) -> Any:
    return database.run(
        lambda session: settle_webhook_delivery(session, delivery=delivery, outcome=outcome, at=at)
    )


def is_due(database: Database, at: datetime) -> bool:
    return database.run(lambda session: has_due_webhook_delivery(session, at=at))


def fail_to_the_end(database: Database, take: Take, at: datetime) -> datetime:
    """Refuse whatever is due until it is given up; the moment of the last try."""
    for seconds in (*RETRY_SECONDS, 0):
        for delivery in take(at):
            settle(database, delivery, REFUSED, at)
        at += timedelta(seconds=seconds * 1.2)
    return at


@pytest.fixture
def webhook(manager: ApiClient) -> dict[str, Any]:
    return register_webhook(manager)


class TestTake:
    def test_gives_nobody_else_what_is_leased(
        self, webhook: Any, citizen: ApiClient, clerk: ApiClient, take: Take, at: datetime
    ) -> None:
        buy(citizen, clerk)

        first, second = take(at), take(at + timedelta(seconds=LEASE_SECONDS - 1))

        assert (len(first), second) == (1, [])

    def test_gives_it_again_when_the_lease_is_over(
        self, webhook: Any, citizen: ApiClient, clerk: ApiClient, take: Take, at: datetime
    ) -> None:
        buy(citizen, clerk)
        [first] = take(at)

        [again] = take(at + timedelta(seconds=LEASE_SECONDS))

        assert (again.event_id, again.body) == (first.event_id, first.body)
        assert (first.attempts, again.attempts) == (1, 2)

    def test_gives_a_few_of_each_webhook(
        self, webhook: Any, manager: ApiClient, citizen: ApiClient, clerk: ApiClient, take: Take, at: datetime
    ) -> None:
        """So that one which hangs leaves room for the others."""
        for number in range(BATCH_OF_WEBHOOK + 2):
            buy(citizen, clerk, key=f"purchase-{number}")
        other_id = register_webhook(manager)["id"]
        buy(citizen, clerk, key="the-last-purchase")

        taken = [str(delivery.webhook_id) for delivery in take(at)]

        assert (taken.count(webhook["id"]), taken.count(other_id)) == (BATCH_OF_WEBHOOK, 1)

    def test_leaves_what_waits_for_a_paused_one(
        self,
        webhook: Any,
        manager: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        take: Take,
        at: datetime,
    ) -> None:
        buy(citizen, clerk)
        manager.post(f"{PATH}/{webhook['id']}/pause")

        while_paused = (is_due(database, at), take(at))
        manager.post(f"{PATH}/{webhook['id']}/resume")

        assert while_paused == (False, [])
        assert is_due(database, at)
        assert len(take(at)) == 1

    @pytest.mark.parametrize("round", range(3))
    def test_of_two_workers_gives_each_row_to_one(
        self,
        webhook: Any,
        manager: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        take: Take,
        at: datetime,
        round: int,
    ) -> None:
        for _ in range(3):
            register_webhook(manager)
        for number in range(3):
            buy(citizen, clerk, key=f"purchase-{number}")
        taken: list[tuple[uuid.UUID, uuid.UUID]] = []
        ready = Barrier(2)

        def work() -> None:
            ready.wait()
            for _ in range(4):
                taken.extend((delivery.webhook_id, delivery.event_id) for delivery in take(at))

        workers = [Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert (len(taken), len(set(taken))) == (12, 12)


class TestSettle:
    def test_ends_what_was_accepted(
        self, webhook: Any, citizen: ApiClient, clerk: ApiClient, database: Database, take: Take, at: datetime
    ) -> None:
        buy(citizen, clerk)
        [delivery] = take(at)

        settle(database, delivery, PostOutcome(status=204), at)

        [row] = database.run(list_rows)
        assert (row.status, row.answer_status, row.settled_at) == ("accepted", 204, at)

    def test_gives_up_after_a_day(
        self, webhook: Any, citizen: ApiClient, clerk: ApiClient, database: Database, take: Take, at: datetime
    ) -> None:
        buy(citizen, clerk)

        fail_to_the_end(database, take, at)

        [row] = database.run(list_rows)
        assert (row.status, row.attempts, row.answer_status) == ("failed", len(RETRY_SECONDS) + 1, 500)

    def test_does_not_listen_to_who_lost_the_lease(
        self, webhook: Any, citizen: ApiClient, clerk: ApiClient, database: Database, take: Take, at: datetime
    ) -> None:
        buy(citizen, clerk)
        [late] = take(at)
        take(at + timedelta(seconds=LEASE_SECONDS))

        assert settle(database, late, REFUSED, at) is None

        [row] = database.run(list_rows)
        assert (row.status, row.answer_status) == ("waiting", None)

    def test_finds_nothing_when_the_webhook_was_removed(
        self,
        webhook: Any,
        manager: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        take: Take,
        at: datetime,
    ) -> None:
        buy(citizen, clerk)
        [delivery] = take(at)
        manager.delete(f"{PATH}/{webhook['id']}")

        assert settle(database, delivery, PostOutcome(status=200), at) is None


class TestDisabling:
    def status_of(self, database: Database) -> tuple[str, datetime | None]:
        [webhook] = database.run(lambda session: session.query(Webhook).all())
        return webhook.status, webhook.failing_since

    def test_waits_for_five_days_of_nothing_accepted(
        self,
        webhook: Any,
        citizen: ApiClient,
        register: ApiClient,
        database: Database,
        take: Take,
        at: datetime,
        clock: Any,
    ) -> None:
        buy(citizen, register)
        given_up_at = fail_to_the_end(database, take, at)
        after_a_day = self.status_of(database)
        clock.shift(4 * DAY)
        buy(citizen, register, key="the-second-purchase")

        fail_to_the_end(database, take, at + 4 * DAY)

        assert given_up_at < at + 2 * DAY
        assert after_a_day == ("active", at)
        assert self.status_of(database) == ("disabled", at)

    def test_writes_to_the_shop_once_and_tells_the_host_only(
        self,
        manager: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        take: Take,
        at: datetime,
    ) -> None:
        register_webhook(manager, url="https://pos.example.jp/in?key=confidential")
        for number in range(2):
            buy(citizen, clerk, key=f"purchase-{number}")
        for delivery in take(at):
            settle(database, delivery, REFUSED, at)

        fail_to_the_end(database, take, at + 5 * DAY)

        [letter] = letters_to(database, "shop@example.jp")
        assert letter.kind == "webhook_disabled"
        assert letter.params == {"shop": "麦と汽笛", "host": "pos.example.jp", "days": "5"}

    def test_is_forgotten_with_one_that_was_accepted(
        self, webhook: Any, citizen: ApiClient, clerk: ApiClient, database: Database, take: Take, at: datetime
    ) -> None:
        buy(citizen, clerk)
        [first] = take(at)
        settle(database, first, REFUSED, at)
        [second] = take(at + timedelta(seconds=60))

        settle(database, second, PostOutcome(status=200), at)

        assert self.status_of(database) == ("active", None)

    def test_is_undone_by_resuming(
        self,
        webhook: Any,
        manager: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        take: Take,
        at: datetime,
    ) -> None:
        buy(citizen, clerk)
        [delivery] = take(at)
        settle(database, delivery, REFUSED, at)
        fail_to_the_end(database, take, at + 5 * DAY)
        before = self.status_of(database)[0]

        manager.post(f"{PATH}/{webhook['id']}/resume")

        assert before == "disabled"
        assert self.status_of(database) == ("active", None)
