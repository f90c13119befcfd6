"""The worker posts what waits for shops' systems, over a real connection to a local stand-in."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from backend.base.database import Database
from backend.base.posting import Poster, UrlPolicy
from backend.base.secrets import Vault
from backend.jobs.webhooks import LEASE_SECONDS, send_webhooks
from backend.notices.webhooks.rules import sign
from backend.web.ground import Ground
from tests.factories.purchases import buy
from tests.factories.webhooks import (
    PATH,
    RememberingPoster,
    list_rows,
    register_webhook,
    send_test,
)
from tests.fakes.receiver import FakeReceiver, run_receiver
from tests.support.client import ApiClient


@pytest.fixture
def receiver() -> Iterator[FakeReceiver]:
    with run_receiver() as receiver:
        yield receiver


@pytest.fixture
def webhook(manager: ApiClient, receiver: FakeReceiver) -> dict[str, Any]:
    return register_webhook(manager, url=f"http://127.0.0.1:{receiver.port}/in")


@pytest.fixture
def send(database: Database, ground: Ground) -> Callable[[], bool]:
    poster = Poster(UrlPolicy(allows_local=True), limit_seconds=1.0)
    return lambda: send_webhooks(database, poster, ground.vault)


Send = Callable[[], bool]


def statuses(database: Database) -> list[tuple[str, int, int | None, str | None]]:
    return [(row.status, row.attempts, row.answer_status, row.failure) for row in database.run(list_rows)]


class TestSendWebhooks:
    def test_posts_what_happened_signed(
        self,
        webhook: Any,
        receiver: FakeReceiver,
        send: Send,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        at: datetime,
    ) -> None:
        purchase = buy(citizen, clerk)

        assert (send(), send()) == (True, False)

        [received] = receiver.received
        [row] = database.run(list_rows)
        signature = sign(webhook["secret"], event_id=row.event_id, at=at, body=received.body)
        assert json.loads(received.body)["data"]["purchase_id"] == purchase["id"]
        assert received.headers["webhook-id"] == str(row.event_id)
        assert received.headers["webhook-timestamp"] == str(int(at.timestamp()))
        assert received.headers["webhook-signature"] == signature
        assert statuses(database) == [("accepted", 1, 200, None)]

    @pytest.mark.parametrize(
        ("answer", "answer_status", "failure"),
        [
            (500, 500, None),
            ("redirect", 302, None),
            ("hang", None, "timed_out"),
            ("drop", None, "connection_failed"),
        ],
    )
    def test_tries_again_later_with_the_same_id(
        self,
        webhook: Any,
        receiver: FakeReceiver,
        send: Send,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        clock: time_machine.Traveller,
        answer: int | str,
        answer_status: int | None,
        failure: str | None,
    ) -> None:
        receiver.answers = [answer]
        buy(citizen, clerk)

        send()
        after_one = statuses(database)
        clock.shift(29)
        too_early = send()
        clock.shift(4)
        send()

        assert after_one == [("waiting", 1, answer_status, failure)]
        assert too_early is False
        assert statuses(database) == [("accepted", 2, 200, None)]
        assert len(receiver.ids) == 2
        assert len(set(receiver.ids)) == 1

    def test_after_a_crash_sends_again_with_the_same_id(
        self,
        webhook: Any,
        receiver: FakeReceiver,
        send: Send,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        ground: Ground,
        clock: time_machine.Traveller,
    ) -> None:
        buy(citizen, clerk)

        class Crashing(RememberingPoster):
            def post(self, *sent: Any) -> Any:
                super().post(*sent)
                raise KeyboardInterrupt

        crashing = Crashing()
        with pytest.raises(KeyboardInterrupt):
            send_webhooks(database, crashing, ground.vault)
        while_leased = send()
        clock.shift(LEASE_SECONDS)
        send()

        assert while_leased is False
        assert receiver.ids == [crashing.posted[0][2]["webhook-id"]]
        assert statuses(database) == [("accepted", 2, 200, None)]

    def test_signs_with_both_secrets_for_a_day(
        self,
        webhook: Any,
        manager: ApiClient,
        receiver: FakeReceiver,
        send: Send,
        database: Database,
        clock: time_machine.Traveller,
        at: datetime,
    ) -> None:
        secret = manager.post(f"{PATH}/{webhook['id']}/secrets").get_json()["secret"]
        send_test(manager, webhook)
        clock.shift(24 * 3600 - 1)
        send()

        [received] = receiver.received
        [row] = database.run(list_rows)
        sent_at = at + timedelta(seconds=24 * 3600 - 1)
        assert received.headers["webhook-signature"].split(" ") == [
            sign(each, event_id=row.event_id, at=sent_at, body=received.body)
            for each in (secret, webhook["secret"])
        ]

    def test_signs_with_the_new_secret_alone_after_the_day(
        self, webhook: Any, ground: Ground, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        manager.post(f"{PATH}/{webhook['id']}/secrets")
        send_test(manager, webhook)
        poster = RememberingPoster()

        with time_machine.travel(at.timestamp() + 24 * 3600, tick=False):
            send_webhooks(database, poster, ground.vault)

        assert len(poster.posted[0][2]["webhook-signature"].split(" ")) == 1

    def test_gives_a_test_one_try(
        self, webhook: Any, manager: ApiClient, receiver: FakeReceiver, send: Send, database: Database
    ) -> None:
        receiver.answers = [500]
        send_test(manager, webhook)

        send()

        assert statuses(database) == [("failed", 1, 500, None)]

    def test_holds_up_nobody_for_a_secret_that_cannot_be_opened(
        self, webhook: Any, manager: ApiClient, database: Database, receiver: FakeReceiver
    ) -> None:
        send_test(manager, webhook)
        poster = RememberingPoster()

        send_webhooks(database, poster, Vault("another secret key"))

        assert poster.posted == []
        assert statuses(database) == [("failed", 1, None, "secret_unreadable")]

    def test_holds_up_nobody_for_one_that_hangs(
        self, webhook: Any, manager: ApiClient, send: Send, receiver: FakeReceiver, database: Database
    ) -> None:
        with run_receiver() as other:
            other.answers = ["hang"] * 8
            slow = register_webhook(manager, url=f"http://127.0.0.1:{other.port}/in")
            for _ in range(8):
                send_test(manager, slow)
            send_test(manager, webhook)

            send()

        assert len(receiver.received) == 1
        assert len(other.received) == 4


class TestReplay:
    def test_sends_the_same_again(
        self, webhook: Any, manager: ApiClient, receiver: FakeReceiver, send: Send, database: Database
    ) -> None:
        event_id = send_test(manager, webhook)
        send()

        manager.post(f"{PATH}/{webhook['id']}/deliveries/{event_id}/replay")
        send()

        first, again = receiver.received
        assert receiver.ids == [event_id, event_id]
        assert first.body == again.body
        assert statuses(database) == [("accepted", 1, 200, None)]
