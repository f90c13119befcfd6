"""What deciding on fifty running campaigns costs, against the time of the request that it is a part of."""

from benchmarks.app_data import CAMPAIGNS, fifty_campaigns, prepare_app, time_decision
from benchmarks.goals import MeasurementFailed, Result
from benchmarks.load import run_load
from benchmarks.server import run_server
from benchmarks.yardstick import run_benchmark_postgres

NAME = "rules"
TARGET = 1.00

SHARE = 0.1  # of the request's time
DATABASE = "meguri"
WARM_UP_PURCHASES = 300
PURCHASES = 1_000  # one after the other
DECISIONS = 500


def measure() -> Result:
    """One client, one request at a time; the ratio is a tenth of the median latency / the time of a decision."""
    with run_benchmark_postgres() as postgres:
        url = postgres.url(DATABASE)
        postgres.create_database(DATABASE)
        requests = prepare_app(url, WARM_UP_PURCHASES + PURCHASES + 1, fifty_campaigns)
        with run_server(url) as server:
            server.first_answer(requests.pop())
            run_load(server.port, requests[:WARM_UP_PURCHASES], connections=1, seconds=60)
            load = run_load(server.port, requests[WARM_UP_PURCHASES:], connections=1, seconds=60)
        if load.failure:
            raise MeasurementFailed(load.failure)
        decision_seconds = time_decision(url, DECISIONS)
    request_seconds = load.p50_ms / 1000
    lines = [
        f"{CAMPAIGNS} campaigns run, of which a purchase meets one",
        f"a request alone on the machine: p50 {load.p50_ms:.2f} ms",
        f"its decision: {decision_seconds * 1e6:.0f} µs, {decision_seconds / request_seconds:.1%} of it"
        f" (goal: <= {SHARE:.0%})",
    ]
    return Result(SHARE * request_seconds / decision_seconds, lines)
