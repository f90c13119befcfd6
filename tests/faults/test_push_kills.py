"""Workers killed while a message is sent, and started again: nobody is missing, and what is not known is counted."""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
import time_machine
from sqlalchemy import select

from backend.base.database import Database
from backend.messages.health import Health, health_of
from backend.messages.models import Message, MessageStatus
from tests.factories.sendings import CITY, SHOPS, make_message, make_readers, recipients_of, target_of
from tests.factories.world import make_world

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
READERS = 3_000
KILLS = 3
NO_MORE: Mapping[str, str] = MappingProxyType({})


def real_now() -> datetime:
    return datetime.fromtimestamp(time_machine.escape_hatch.time.time(), UTC)


@contextmanager
def working(
    database_url: str, file: Path, environment: Mapping[str, str] = NO_MORE
) -> Iterator["subprocess.Popen[bytes]"]:
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.pushing", database_url, str(file)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()


def count_lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


def wait_for_lines(file: Path, lines: int) -> None:
    give_up_at = time.perf_counter() + PATIENCE_SECONDS
    while count_lines(file) < lines:
        assert time.perf_counter() < give_up_at, "nothing more is sent"
        time.sleep(0.01)


def wait_until_done(database: Database, message_id: uuid.UUID) -> None:
    status = select(Message.status).where(Message.id == message_id)
    give_up_at = time.perf_counter() + PATIENCE_SECONDS
    while database.run(lambda session: session.scalar(status), writes=False) != MessageStatus.DONE:
        assert time.perf_counter() < give_up_at, "it is never done"
        time.sleep(0.2)


def prepare(database: Database, purpose: str, readers: int) -> uuid.UUID:
    """A message that is due, to so many readers. The worker has no clock but the real one."""
    now = real_now()
    world = database.run(lambda session: make_world(session, at=now))
    database.run(lambda session: make_readers(session, readers, at=now))
    return database.run(
        lambda session: make_message(
            session,
            at=now,
            drafted_by=world.city.id,
            approved_by=world.approver.id,
            purpose=purpose,
            shop_id=world.shop_id if purpose == SHOPS else None,
        )
    )


def send_with_kills(
    database: Database, database_url: str, message_id: uuid.UUID, file: Path, readers: int
) -> Health:
    for number in range(KILLS):
        with working(database_url, file) as worker:
            wait_for_lines(file, readers * (number + 1) // (KILLS + 1) + random.randrange(readers // 10))
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    with working(database_url, file):
        wait_until_done(database, message_id)
    return database.run(lambda session: health_of(session, message_id=message_id))


@pytest.mark.slow
class TestKilledWorkers:
    def test_leave_nobody_out_who_gets_the_citys_word(
        self, database: Database, database_url: str, tmp_path: Path
    ) -> None:
        file = tmp_path / "sent"
        message_id = prepare(database, CITY, READERS)

        health = send_with_kills(database, database_url, message_id, file, READERS)

        sent = Counter(file.read_text().split())
        rows = database.run(lambda session: recipients_of(session, message_id))
        again = {target: times for target, times in sent.items() if times > 1}
        assert set(sent) >= {target_of(row.citizen_id) for row in rows if row.status == "accepted"}
        assert set(health.states) <= {"accepted", "inbox_only", "unknown"}
        assert health.states["inbox_only"] == 2
        assert health.settled == READERS + 2
        # Sent twice at most, and none of whom no dead worker had in its hands.
        assert set(again.values()) <= {2}
        assert len(again) <= health.left_unknown
        assert health.left_unknown > 0

    def test_send_no_advertising_twice(self, database: Database, database_url: str, tmp_path: Path) -> None:
        file = tmp_path / "sent"
        message_id = prepare(database, SHOPS, READERS)

        health = send_with_kills(database, database_url, message_id, file, READERS)

        sent = Counter(file.read_text().split())
        assert set(sent.values()) == {1}
        assert set(health.states) <= {"accepted", "unknown"}
        assert health.settled == READERS
        # Fewer than were left: where this machine was slow, a worker that lived on told of its rows after its lease.
        assert health.states.get("unknown", 0) <= health.left_unknown
        assert health.left_unknown > 0
