"""All purchases in one campaign, against purchases spread over fifty: do shops queue for one budget?

In both halves fifty campaigns run and each purchase meets one of them; only which one differs.
"""

from dataclasses import dataclass, field
from statistics import median

from benchmarks.app_data import CAMPAIGNS, Programme, fifty_campaigns, one_campaign_of_fifty, prepare_app
from benchmarks.goals import MeasurementFailed, Result
from benchmarks.load import run_load
from benchmarks.options import Options
from benchmarks.server import AppServer, run_server
from benchmarks.yardstick import run_a, run_benchmark_postgres
from tests.support.postgres import PostgresServer

NAME = "one-campaign"
TARGET = 0.80


@dataclass
class Side:
    """One server, its unsent requests, and the purchases a second of each round."""

    server: AppServer
    requests: list[bytes]
    rates: list[float] = field(default_factory=list)

    def play(self, options: Options, seconds: float) -> float:
        load = run_load(self.server.port, self.requests, connections=options.clients, seconds=seconds)
        del self.requests[: load.sent]
        if load.failure or not self.requests:
            raise MeasurementFailed(f"{load.counts} {load.failure or 'too few requests were prepared'}")
        return load.per_second


def measure() -> Result:
    """The sides take turns on one durable PostgreSQL; the ratio is the median of the rounds' own ratios."""
    options = Options.from_environment()
    with run_benchmark_postgres() as postgres:
        rate = run_a(postgres, clients=options.clients, seconds=options.warm_up_seconds)
        purchases = round(rate * (options.rounds * options.seconds + options.warm_up_seconds))
        many = _prepare(postgres, "fifty", purchases, fifty_campaigns)
        one = _prepare(postgres, "one", purchases, one_campaign_of_fifty)
        with run_server(postgres.url("fifty")) as first, run_server(postgres.url("one")) as second:
            sides = [Side(first, many), Side(second, one)]
            for side in sides:
                side.server.first_answer(side.requests.pop())
                side.play(options, options.warm_up_seconds)
            for _ in range(options.rounds):
                for side in sides:
                    side.rates.append(side.play(options, options.seconds))
    fifty_rates, one_rates = sides[0].rates, sides[1].rates
    ratios = [one_rate / rate for rate, one_rate in zip(fifty_rates, one_rates, strict=True)]
    lines = [
        f"{options.clients} clients, {options.rounds} rounds of {options.seconds:g} s a side, in turns",
        f"  over {CAMPAIGNS} campaigns, purchases/s " + "".join(f"{rate:8.0f}" for rate in fifty_rates),
        "  in one campaign, purchases/s   " + "".join(f"{rate:8.0f}" for rate in one_rates),
        "  one / fifty                    " + "".join(f"{ratio:8.2f}" for ratio in ratios),
    ]
    return Result(median(ratios), lines)


def _prepare(postgres: PostgresServer, database: str, purchases: int, programme: Programme) -> list[bytes]:
    postgres.create_database(database)
    return prepare_app(postgres.url(database), purchases, programme)
