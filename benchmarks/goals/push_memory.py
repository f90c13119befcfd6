"""What a worker weighs after ten thousand recipients and after a million."""

import os

from benchmarks.fcm_stand_in import run_stand_in
from benchmarks.goals import Result
from benchmarks.processes import largest_memory_mb
from benchmarks.push_data import prepare_readers, schedule_message, wait_until_done
from benchmarks.push_processes import run_push_worker
from tests.support.postgres import run_postgres

NAME = "push-memory"
TARGET = 0.90

FEW = 10_000
MANY = int(os.environ.get("BENCH_PUSH_READERS", "1000000"))


def measure() -> Result:
    """The ratio is the memory after few / the memory after many: 1 when it is flat."""
    few, many = weigh(FEW), weigh(MANY)
    lines = [f"after {FEW} recipients {few:.0f} MB, after {MANY} {many:.0f} MB"]
    return Result(few / many, lines)


def weigh(readers: int) -> float:
    """The worker's resident memory when the last of them is settled, in 1,000,000 bytes."""
    with run_postgres(fsync=True, settings={"max_wal_size": "8GB"}) as postgres, run_stand_in() as port:
        database = prepare_readers(postgres.create_database("meguri"), readers)
        with run_push_worker(postgres.url("meguri"), port) as pid:
            wait_until_done(database, schedule_message(database))
            found = largest_memory_mb(pid)
        database.engine.dispose()
    return found
