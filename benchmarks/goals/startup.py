"""From `meguri run` to the first purchase answered, and what a worker weighs after some hundred of them."""

from statistics import median

from benchmarks.app_data import prepare_app
from benchmarks.goals import MeasurementFailed, Result
from benchmarks.load import run_load
from benchmarks.processes import largest_memory_mb
from benchmarks.server import run_server
from tests.support.postgres import run_postgres

NAME = "startup"
TARGET = 1.00

LIMIT_SECONDS = 1.5
LIMIT_MB = 120.0
STARTS = 5
PURCHASES_A_START = 300


def measure() -> Result:
    """Start several times; the ratio is the smaller of limit / measured for time and for memory."""
    with run_postgres(fsync=True) as postgres:
        # One start more than counted: it writes Python's compiled files, as an installation does.
        requests = prepare_app(postgres.create_database("meguri"), (STARTS + 1) * PURCHASES_A_START)
        starts = [
            start_once(postgres.url("meguri"), requests[at : at + PURCHASES_A_START])
            for at in range(0, len(requests), PURCHASES_A_START)
        ]
    seconds = median(start[0] for start in starts[1:])
    memory_mb = median(start[1] for start in starts[1:])
    lines = [
        f"first purchase answered after {seconds:.2f} s (limit {LIMIT_SECONDS} s): "
        + "  ".join(f"{start[0]:.2f}" for start in starts[1:]),
        f"largest process after {PURCHASES_A_START} purchases: {memory_mb:.0f} MB (limit {LIMIT_MB:.0f} MB)",
    ]
    return Result(min(LIMIT_SECONDS / seconds, LIMIT_MB / memory_mb), lines)


def start_once(database_url: str, requests: list[bytes]) -> tuple[float, float]:
    """Seconds to the first answer, and the memory of the largest process in MB (1,000,000 bytes)."""
    with run_server(database_url) as server:
        seconds = server.first_answer(requests[0])
        load = run_load(server.port, requests[1:], connections=8, seconds=60)
        if load.failure:
            raise MeasurementFailed(load.failure)
        return seconds, largest_memory_mb(server.pid)
