"""A message to a million people is started: how long until all of them are numbered and cut into shards."""

import os
import time
from statistics import median

from benchmarks.goals import MeasurementFailed, Result
from benchmarks.push_data import prepare_readers, schedule_message, start
from tests.support.postgres import run_postgres

NAME = "push-fanout"
TARGET = 1.00

READERS = int(os.environ.get("BENCH_PUSH_READERS", "1000000"))
STARTS = 3
LIMIT_SECONDS = 10.0


def measure() -> Result:
    """The ratio is the limit / the median."""
    with run_postgres(fsync=True, settings={"max_wal_size": "8GB"}) as postgres:
        database = prepare_readers(postgres.create_database("meguri"), READERS)
        seconds = []
        for _ in range(STARTS):
            message_id = schedule_message(database)
            started = time.perf_counter()
            recipients = start(database, message_id)
            seconds.append(time.perf_counter() - started)
            if recipients != READERS:
                raise MeasurementFailed(f"{recipients} of {READERS}")
        database.engine.dispose()
    limit = LIMIT_SECONDS * READERS / 1_000_000
    lines = [
        f"{READERS} recipients numbered in " + "  ".join(f"{each:.1f} s" for each in seconds),
        f"(limit {limit:g} s)",
    ]
    return Result(limit / median(seconds), lines)
