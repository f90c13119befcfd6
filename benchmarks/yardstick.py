"""The yardstick A: what this machine's PostgreSQL does with a purchase when nothing of ours is in the way."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.goals import MeasurementFailed
from tests.support.postgres import PostgresServer, run_postgres

DATABASE = "yardstick_a"
FOLDER = Path(__file__).parent

# What a small server would have, and no checkpoint in the middle of a round: whoever writes first after one
# pays for full pages, which would be chance.
SETTINGS = {
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
}


@contextmanager
def run_benchmark_postgres() -> Iterator[PostgresServer]:
    """The server on which A and the application take turns, A's database made."""
    with run_postgres(fsync=True, settings=SETTINGS) as postgres:
        postgres.create_database(DATABASE)
        schema = ["-q", "-v", "ON_ERROR_STOP=1", "-f", str(FOLDER / "purchase_a_schema.sql")]
        _run(postgres, "psql", schema)
        yield postgres


def run_a(postgres: PostgresServer, *, clients: int, seconds: float) -> float:
    """Purchases a second that pgbench makes."""
    script = [
        "-f",
        str(FOLDER / "purchase_a.sql"),
        "-c",
        str(clients),
        "-j",
        "2",
        "-T",
        str(max(1, round(seconds))),
    ]
    report = _run(postgres, "pgbench", ["-n", "-M", "prepared", *script])
    rate = re.search(r"^tps = ([\d.]+)", report, re.MULTILINE)
    if rate is None or "number of failed transactions: 0 " not in report:
        raise MeasurementFailed(report)
    return float(rate.group(1))


def _run(postgres: PostgresServer, program: str, arguments: list[str]) -> str:
    command = [str(postgres.bin(program)), *arguments, *postgres.client_arguments(DATABASE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MeasurementFailed(f"{program}: {done.stderr}")
    return done.stdout
