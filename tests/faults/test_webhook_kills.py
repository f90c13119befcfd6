"""A worker killed while a shop's system has not answered yet: the event comes again, under the same id."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import update

from backend.base.database import Database
from backend.base.posting import Poster, UrlPolicy
from backend.jobs.webhooks import LEASE_SECONDS, send_webhooks
from backend.notices.webhooks.models import WebhookDelivery
from backend.web.ground import Ground
from tests.factories.purchases import buy
from tests.factories.webhooks import list_rows, register_webhook
from tests.fakes.receiver import run_receiver
from tests.support.client import ApiClient

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60


def real_now() -> datetime:
    return datetime.fromtimestamp(time_machine.escape_hatch.time.time(), UTC)


@pytest.mark.slow
class TestKilledWorker:
    def test_leaves_the_event_to_the_next_one(
        self,
        manager: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        database_url: str,
        ground: Ground,
        clock: time_machine.Traveller,
    ) -> None:
        with run_receiver() as receiver:
            receiver.answers = ["hang"]
            register_webhook(manager, url=f"http://127.0.0.1:{receiver.port}/in")
            buy(citizen, clerk)
            # The worker has no clock but the real one.
            due_now = update(WebhookDelivery).values(not_before=real_now())
            database.run(lambda session: session.execute(due_now))
            worker = subprocess.Popen(
                [sys.executable, "-m", "backend.cli", "worker"],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": database_url},
                stderr=subprocess.DEVNULL,
            )
            try:
                assert receiver.hanging.wait(PATIENCE_SECONDS)
            finally:
                worker.send_signal(signal.SIGKILL)
                worker.wait()

            clock.move_to(real_now() + timedelta(seconds=LEASE_SECONDS))
            send_webhooks(database, Poster(UrlPolicy(allows_local=True)), ground.vault)

        [row] = database.run(list_rows)
        assert receiver.ids == [str(row.event_id)] * 2
        assert (row.status, row.attempts) == ("accepted", 2)
