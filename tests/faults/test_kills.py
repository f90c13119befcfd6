"""A server killed in the middle, a database that crashes: what was acknowledged is there, and nothing by halves."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from sqlalchemy import func, select, text

from backend.base import migrations
from backend.base.database import Database
from backend.notices.models import Notice
from backend.points.models import PointsTransaction
from backend.points.verification import verify_ledger
from backend.purchases.models import Purchase, TillCode
from tests.faults.buying import THREADS
from tests.support.postgres import run_postgres

ROOT = Path(__file__).parents[2]


class Buyer:
    """The other process, and what it was told."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.acknowledged: set[str] = set()

    @property
    def output(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def wait_for(self, purchases: int) -> None:
        for _ in range(purchases):
            self.acknowledged.add(self.output.readline().decode().strip())

    def kill(self) -> None:
        """As a power cut would: it gets no chance to tidy up. What it had still said is read to the end."""
        self.process.send_signal(signal.SIGKILL)
        self.acknowledged |= {line.decode().strip() for line in self.output if line.endswith(b"\n")}
        self.process.wait()


@contextmanager
def buying(database_url: str) -> Iterator[Buyer]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.buying", database_url], cwd=ROOT, stdout=subprocess.PIPE
    )
    buyer = Buyer(process)
    try:
        assert buyer.output.readline() == b"ready\n"
        yield buyer
    finally:
        process.kill()
        process.wait()
        buyer.output.close()


@contextmanager
def opened(database_url: str) -> Iterator[Database]:
    """The database as whoever starts next finds it, when the server has noticed that the killed one is gone."""
    database = Database(database_url)
    database.run(lambda session: session.execute(text("SELECT 1")))
    yield database
    database.engine.dispose()


def recorded_purchases(database: Database) -> set[str]:
    return set(map(str, database.run(lambda session: session.scalars(select(Purchase.id)).all())))


def rows_of_purchases(database: Database) -> set[int]:
    """How often each kind of row stands there that every purchase writes exactly once; read in one moment."""
    kinds: list[Any] = [
        select(func.count(Purchase.id)),
        select(func.count(TillCode.used_at)),
        select(func.count(PointsTransaction.id)).where(PointsTransaction.kind == "grant"),
        select(func.count(Notice.id)),
    ]
    query = select(*[kind.scalar_subquery() for kind in kinds])
    return set(database.run(lambda session: session.execute(query).one()))


@pytest.mark.slow
class TestKilledServer:
    @pytest.mark.parametrize("purchases", [10, 45, 80])
    def test_loses_no_purchase_that_it_acknowledged(self, database_url: str, purchases: int) -> None:
        with buying(database_url) as buyer:
            buyer.wait_for(purchases)
            buyer.kill()

        with opened(database_url) as database:
            recorded = recorded_purchases(database)
            assert len(buyer.acknowledged) >= purchases
            assert buyer.acknowledged - recorded == set()
            assert len(recorded - buyer.acknowledged) <= THREADS

    def test_leaves_no_purchase_by_halves(self, database_url: str) -> None:
        with buying(database_url) as buyer:
            buyer.wait_for(60)
            buyer.kill()

        with opened(database_url) as database:
            assert len(rows_of_purchases(database)) == 1
            assert database.run(verify_ledger) == []


@pytest.mark.slow
class TestCrashedPostgres:
    def test_recovers_every_purchase_that_was_acknowledged(self) -> None:
        """A backend killed makes PostgreSQL drop everybody and replay its log; the server's purchases go on after."""
        with run_postgres(fsync=True) as server:
            database_url = server.create_database("meguri")
            with opened(database_url) as database:
                migrations.upgrade(database)
            with buying(database_url) as buyer:
                buyer.wait_for(40)
                with server.connect() as connection:
                    [victim] = connection.execute(
                        "SELECT pid FROM pg_stat_activity WHERE datname = 'meguri' LIMIT 1"
                    ).fetchone() or [0]
                os.kill(victim, signal.SIGKILL)
                buyer.wait_for(40)
                buyer.kill()

            with opened(database_url) as database:
                assert buyer.acknowledged - recorded_purchases(database) == set()
                assert len(rows_of_purchases(database)) == 1
                assert database.run(verify_ledger) == []
