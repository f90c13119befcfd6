"""A server killed in the middle of a batch: it was recorded whole or not at all, and sending it again mends it."""

import json
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.app import create_app
from backend.base.database import Database
from backend.config import Settings
from backend.notices.models import Notice
from backend.points.verification import verify_ledger
from backend.purchases.models import Purchase
from backend.web.ground import ground_of
from tests.faults.sending import BATCH, send

ROOT = Path(__file__).parents[2]


def killed_after(database_url: str, batches: int) -> list[str]:
    """What the other process said until it was killed while it sent the next batch."""
    command = [sys.executable, "-m", "tests.faults.sending", database_url]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    said: list[str] = []
    while said.count("done") < batches or said[-1] == "done":
        said.append(process.stdout.readline().decode().strip())
    process.send_signal(signal.SIGKILL)
    said += [line.decode().strip() for line in process.stdout if line.endswith(b"\n")]
    process.wait()
    process.stdout.close()
    return said


def recorded(database: Database) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(Purchase)) or 0)


@pytest.mark.slow
class TestKilledBatch:
    @pytest.mark.parametrize("batches", [1, 4])
    def test_loses_and_doubles_nothing_when_it_is_sent_again(
        self, database_url: str, batches: int, clock: Any
    ) -> None:
        said = killed_after(database_url, batches)
        sent = [line.split(" ", 2)[1:] for line in said if line.startswith("sent ")]
        # The other process lives by the true clock.
        clock.move_to(datetime.fromisoformat(json.loads(sent[-1][1])[0]["done_at"]))

        app = create_app(Settings(database_url=database_url, log_level="CRITICAL"))
        database = ground_of(app).database
        before = recorded(database)
        outcomes = [
            outcome
            for key, items in sent
            for outcome in send(app, key, json.loads(items)).get_json()["items"]
        ]

        assert before % BATCH == 0
        assert before >= said.count("done") * BATCH
        assert [outcome["status"] for outcome in outcomes] == [201] * BATCH * len(sent)
        assert sum(outcome["is_replay"] for outcome in outcomes) == before
        assert recorded(database) == BATCH * len(sent)
        notices = select(func.count()).select_from(Notice)
        assert database.run(lambda session: session.scalar(notices)) == BATCH * len(sent)
        assert database.run(verify_ledger) == []
        database.engine.dispose()
