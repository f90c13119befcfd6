"""Stored sales over HTTP, two hundred a request, everything included, against A: one purchase by hand at a time."""

from dataclasses import dataclass, field
from statistics import median

from benchmarks.app_data import prepare_batches
from benchmarks.goals import MeasurementFailed, Result
from benchmarks.load import Load, run_load
from benchmarks.options import Options
from benchmarks.processes import cpu_seconds
from benchmarks.server import AppServer, run_server
from benchmarks.yardstick import run_a, run_benchmark_postgres
from tests.support.postgres import PostgresServer

NAME = "batch"
TARGET = 2.00

DATABASE = "meguri"
SIZE = 200
# Each keeps a batch under way; a town has fewer registers that come back from the dark at once than phones.
CONNECTIONS = 8
SPARE_BATCHES = 2 * CONNECTIONS


@dataclass
class Run:
    """The two sides that take turns, and what was noted of them."""

    options: Options
    postgres: PostgresServer
    server: AppServer
    requests: list[bytes]  # not yet sent; each may be sent once
    a_rates: list[float] = field(default_factory=list)  # purchases a second
    loads: list[Load] = field(default_factory=list)
    server_cpu: float = 0.0  # seconds, in the HTTP halves of the rounds
    postgres_cpu: float = 0.0

    @property
    def rates(self) -> list[float]:
        return [load.per_second * SIZE for load in self.loads]

    @property
    def ratios(self) -> list[float]:
        return [rate / a_rate for rate, a_rate in zip(self.rates, self.a_rates, strict=True)]

    def send(self, seconds: float) -> Load:
        load = run_load(self.server.port, self.requests, connections=CONNECTIONS, seconds=seconds)
        del self.requests[: load.sent]
        if load.failure:
            raise MeasurementFailed(f"{load.counts} {load.failure}")
        if len(self.requests) < SPARE_BATCHES:
            raise MeasurementFailed("too few batches were prepared")
        return load

    def play_round(self) -> None:
        options = self.options
        self.a_rates.append(run_a(self.postgres, clients=options.clients, seconds=options.seconds))
        server_cpu, postgres_cpu = cpu_seconds(self.server.pid), cpu_seconds(self.postgres.pid)
        self.loads.append(self.send(options.seconds))
        self.server_cpu += cpu_seconds(self.server.pid) - server_cpu
        self.postgres_cpu += cpu_seconds(self.postgres.pid) - postgres_cpu


def measure() -> Result:
    """Play the rounds on one durable PostgreSQL; the ratio is the median of the rounds' own ratios."""
    options = Options.from_environment()
    with run_benchmark_postgres() as postgres:
        rate = run_a(postgres, clients=options.clients, seconds=options.warm_up_seconds)
        # Enough for an application of three and a half times A, even if the machine was slow just now.
        purchases = round(3.5 * rate * (options.rounds * options.seconds + options.warm_up_seconds))
        requests = prepare_batches(
            postgres.create_database(DATABASE), purchases // SIZE + SPARE_BATCHES, SIZE
        )
        with run_server(postgres.url(DATABASE)) as server:
            run = Run(options, postgres, server, requests)
            server.first_answer(requests.pop())
            run.send(options.warm_up_seconds)
            with postgres.connect(DATABASE) as connection:
                # As autovacuum will have done within minutes: plans made on empty tables read them whole.
                connection.execute("ANALYZE")
            for _ in range(options.rounds):
                run.play_round()
            check(postgres, run)
    return Result(median(run.ratios), describe(run))


def check(postgres: PostgresServer, run: Run) -> None:
    """An answer counts only if its sales are there: a batch whose items are refused succeeds as well."""
    answered = sum(load.succeeded for load in run.loads) * SIZE
    with postgres.connect(DATABASE) as connection:
        [recorded] = connection.execute("SELECT count(*) FROM purchases").fetchone() or [0]
    if recorded < answered:
        raise MeasurementFailed(f"{answered} sales were answered, {recorded} recorded")


def describe(run: Run) -> list[str]:
    options = run.options
    purchases = sum(load.succeeded for load in run.loads) * SIZE
    generator_cpu = sum(load.cpu_seconds for load in run.loads)
    p50, p99 = (
        median(each) for each in zip(*((load.p50_ms, load.p99_ms) for load in run.loads), strict=True)
    )
    return [
        f"{SIZE} sales a request, {CONNECTIONS} connections, {options.rounds} rounds of {options.seconds:g} s a side",
        "  A, purchases/s     " + "".join(f"{rate:8.0f}" for rate in run.a_rates),
        "  batch, purchases/s " + "".join(f"{rate:8.0f}" for rate in run.rates),
        "  batch / A          " + "".join(f"{ratio:8.2f}" for ratio in run.ratios),
        f"a batch takes p50 {p50:.0f} ms, p99 {p99:.0f} ms",
        f"CPU a purchase: server {run.server_cpu / purchases * 1e6:.0f} µs, "
        f"PostgreSQL {run.postgres_cpu / purchases * 1e6:.0f} µs, "
        f"generator {generator_cpu / purchases * 1e6:.0f} µs",
    ]
