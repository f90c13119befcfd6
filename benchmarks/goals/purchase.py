"""A purchase over HTTP, everything included, against A: the same by hand with nothing around it."""

import os
from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from benchmarks.app_data import prepare_app
from benchmarks.goals import MeasurementFailed, Result
from benchmarks.load import Load, run_load
from benchmarks.options import Options
from benchmarks.processes import cpu_seconds, largest_memory_mb, stolen_seconds
from benchmarks.server import AppServer, run_server
from benchmarks.statements import count_statements, describe_statements, sequential_reads
from benchmarks.yardstick import run_a, run_benchmark_postgres
from tests.support.postgres import PostgresServer

NAME = "purchase"
TARGET = 0.30

CORES = os.cpu_count() or 1
DATABASE = "meguri"
COUNTED_PURCHASES = 200  # sent one after the other while PostgreSQL logs its statements
P99_GOAL_MS = 50


@dataclass
class Spent:
    """Running totals of the machine, or the difference of two such readings."""

    server_cpu: float  # seconds
    postgres_cpu: float  # seconds
    sequential: Counter[str]  # rows read by sequential scans, by table

    def __sub__(self, before: "Spent") -> "Spent":
        return Spent(
            self.server_cpu - before.server_cpu,
            self.postgres_cpu - before.postgres_cpu,
            self.sequential - before.sequential,
        )

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.server_cpu + other.server_cpu,
            self.postgres_cpu + other.postgres_cpu,
            self.sequential + other.sequential,
        )


@dataclass
class Run:
    """The two sides that take turns, and what was noted of them."""

    options: Options
    postgres: PostgresServer
    server: AppServer
    requests: list[bytes]  # not yet sent; each may be sent once
    a_rates: list[float] = field(default_factory=list)  # purchases a second
    loads: list[Load] = field(default_factory=list)
    stolen: list[tuple[float, float]] = field(default_factory=list)  # CPU seconds during A and during HTTP
    spent: Spent = field(default_factory=lambda: Spent(0, 0, Counter()))  # in the HTTP halves of the rounds

    @property
    def ratios(self) -> list[float]:
        return [load.per_second / rate for load, rate in zip(self.loads, self.a_rates, strict=True)]

    def send(self, seconds: float) -> Load:
        """Send the next requests for so many seconds; every one of them must succeed."""
        clients = self.options.clients
        load = run_load(self.server.port, self.requests, connections=clients, seconds=seconds)
        del self.requests[: load.sent]
        if load.failure:
            raise MeasurementFailed(f"{load.counts} {load.failure}")
        if len(self.requests) < COUNTED_PURCHASES:
            raise MeasurementFailed("too few requests were prepared: the application is faster than A")
        return load

    def play_round(self) -> None:
        """A, then HTTP, noting what the server and PostgreSQL spend on the latter."""
        options, stolen_at_first = self.options, stolen_seconds()
        self.a_rates.append(run_a(self.postgres, clients=options.clients, seconds=options.seconds))
        before, stolen_between = self._spent(), stolen_seconds()
        self.loads.append(self.send(options.seconds))
        self.spent += self._spent() - before
        self.stolen.append((stolen_between - stolen_at_first, stolen_seconds() - stolen_between))

    def count_statements(self) -> Counter[str]:
        """The statements of COUNTED_PURCHASES purchases, sent when every worker is warm."""
        few = self.requests[:COUNTED_PURCHASES]
        with count_statements(self.postgres, DATABASE) as counts:
            load = run_load(self.server.port, few, connections=1, seconds=60)
        if load.succeeded < COUNTED_PURCHASES:
            raise MeasurementFailed(f"{load.counts} {load.failure}")
        return counts

    def _spent(self) -> Spent:
        return Spent(
            cpu_seconds(self.server.pid),
            cpu_seconds(self.postgres.pid),
            sequential_reads(self.postgres, DATABASE),
        )


def measure() -> Result:
    """Play the rounds on one durable PostgreSQL; the ratio is the median of the rounds' own ratios.

    Each round's two sides are neighbours in time: what the machine's other tenants do to one, they do to both.
    """
    options = Options.from_environment()
    with run_benchmark_postgres() as postgres:
        rate = run_a(postgres, clients=options.clients, seconds=options.warm_up_seconds)
        # Enough for an application as fast as A, even if the machine was slow just now.
        purchases = round(1.5 * rate * (options.rounds * options.seconds + options.warm_up_seconds))
        requests = prepare_app(postgres.create_database(DATABASE), purchases + 2 * COUNTED_PURCHASES)
        with run_server(postgres.url(DATABASE)) as server:
            run = Run(options, postgres, server, requests)
            server.first_answer(requests.pop())
            run.send(options.warm_up_seconds)
            with postgres.connect(DATABASE) as connection:
                # As autovacuum will have done within minutes: plans made on empty tables read them whole.
                connection.execute("ANALYZE")
            for _ in range(options.rounds):
                run.play_round()
            counts = run.count_statements()
            memory_mb = largest_memory_mb(server.pid)
    ratio = median(run.ratios)
    lines = [*describe_rates(run), *describe_costs(run, memory_mb)]
    return Result(ratio, lines + describe_statements(counts, COUNTED_PURCHASES))


def describe_rates(run: Run) -> list[str]:
    """Round by round, purchases a second and how long one took."""
    options, loads = run.options, run.loads
    p50, p95, p99 = (
        median(values)
        for values in zip(*((load.p50_ms, load.p95_ms, load.p99_ms) for load in loads), strict=True)
    )
    core_seconds = options.seconds * CORES
    return [
        f"{options.clients} clients, {options.rounds} rounds of {options.seconds:g} s a side, in turns",
        "  A, purchases/s     " + "".join(f"{rate:8.0f}" for rate in run.a_rates),
        "  HTTP, purchases/s  " + "".join(f"{load.per_second:8.0f}" for load in loads),
        "  HTTP / A           " + "".join(f"{ratio:8.2f}" for ratio in run.ratios),
        # A virtual machine's neighbours: where these differ much between the sides, measure again.
        "  A, CPU stolen      " + "".join(f"{a / core_seconds:8.0%}" for a, _ in run.stolen),
        "  HTTP, CPU stolen   " + "".join(f"{http / core_seconds:8.0%}" for _, http in run.stolen),
        f"HTTP latency: p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms (goal: p99 <= {P99_GOAL_MS} ms)",
    ]


def describe_costs(run: Run, memory_mb: float) -> list[str]:
    """Where the time of an HTTP purchase goes."""
    spent = run.spent
    purchases = sum(load.succeeded for load in run.loads)
    core_seconds = sum(load.seconds for load in run.loads) * CORES
    generator_cpu = sum(load.cpu_seconds for load in run.loads)
    busy = (spent.server_cpu + spent.postgres_cpu + generator_cpu) / core_seconds
    lines = [
        f"CPU a purchase: server {spent.server_cpu / purchases * 1e6:.0f} µs, "
        f"PostgreSQL {spent.postgres_cpu / purchases * 1e6:.0f} µs, "
        f"generator {generator_cpu / purchases * 1e6:.0f} µs; {CORES} cores {busy:.0%} busy with them",
        f"largest server process: {memory_mb:.0f} MB",
    ]
    scanned = {table: rows / purchases for table, rows in spent.sequential.items() if rows > 20 * purchases}
    lines += [f"sequential scans of {table}: {rows:.0f} rows a purchase" for table, rows in scanned.items()]
    return lines
