"""What phones feel of a message on its way: the API's p99 at a third of its capacity, with and without."""

import time
from dataclasses import dataclass, field
from statistics import median

from benchmarks.app_data import phone_reads, prepare_app
from benchmarks.fcm_stand_in import run_stand_in
from benchmarks.goals import MeasurementFailed, Result
from benchmarks.load import run_load
from benchmarks.open_load import OpenLoad, run_open_load
from benchmarks.options import Options
from benchmarks.push_data import consent_all, count_pushed, open_database, schedule_message
from benchmarks.push_processes import run_push_worker
from benchmarks.server import run_server
from tests.support.postgres import run_postgres

NAME = "push-beside-api"
TARGET = 1.00

SHARE = 0.3  # of the API's capacity
PUSHES_PER_SECOND = 1_000
ALLOWED = 1.5
CONNECTIONS = 32
ROUNDS_MAX = 5
PHONES = 500
SECONDS = 6.0


@dataclass
class Rounds:
    alone: list[OpenLoad] = field(default_factory=list)
    beside: list[OpenLoad] = field(default_factory=list)
    pushed: list[float] = field(default_factory=list)  # a second

    @property
    def ratios(self) -> list[float]:
        pairs = zip(self.alone, self.beside, strict=True)
        return [ALLOWED * alone.p99_ms / beside.p99_ms for alone, beside in pairs]


def measure() -> Result:
    """Rounds in turns; the ratio is 1.5 × p99 without / p99 with pushes."""
    count = min(Options.from_environment().rounds, ROUNDS_MAX)
    with run_postgres(fsync=True) as postgres, run_stand_in(elsewhere=True) as port:
        url = postgres.create_database("meguri")
        purchases = prepare_app(url, PHONES)
        database = open_database(url)
        consent_all(database)
        requests = [request for purchase in purchases for request in phone_reads(purchase)]
        rounds = Rounds()
        with run_server(url) as server:
            server.first_answer(purchases[0])
            load = run_load(server.port, requests, connections=CONNECTIONS, seconds=4, again=True)
            rate = load.per_second * SHARE

            def play() -> OpenLoad:
                found = run_open_load(
                    server.port, requests, connections=CONNECTIONS, per_second=rate, seconds=SECONDS
                )
                if found.failed:
                    raise MeasurementFailed(f"{found.failed} of {found.answered} requests were refused")
                return found

            for _ in range(count):
                rounds.alone.append(play())
                with run_push_worker(url, port, per_second=PUSHES_PER_SECOND):
                    already = count_pushed(database)
                    schedule_message(database)
                    while (before := count_pushed(database)) == already:
                        time.sleep(0.1)
                    rounds.beside.append(play())
                    rounds.pushed.append((count_pushed(database) - before) / SECONDS)
        database.engine.dispose()
    return Result(median(rounds.ratios), _describe(rounds, rate))


def _describe(rounds: Rounds, rate: float) -> list[str]:
    return [
        f"{rate:.0f} requests/s, {SHARE:.0%} of what the API can do; {SECONDS:g} s a side, in turns",
        "  without, p50 / p99 ms "
        + "".join(f"{each.p50_ms:7.1f} /{each.p99_ms:7.1f}" for each in rounds.alone),
        "  with, p50 / p99 ms    "
        + "".join(f"{each.p50_ms:7.1f} /{each.p99_ms:7.1f}" for each in rounds.beside),
        "  pushes/s meanwhile    " + "".join(f"{each:16.0f}" for each in rounds.pushed),
    ]
