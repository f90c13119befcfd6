"""How long and how hard to measure: BENCH_* environment variables, for every goal alike."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """The same for the yardstick and for what is held against it."""

    clients: int  # pgbench's clients and HTTP connections
    seconds: float  # of one round of one side
    rounds: int  # of each side, in turns, so that a machine that slows down does so for both
    warm_up_seconds: float  # of each side, not counted

    @classmethod
    def from_environment(cls) -> "Options":
        return cls(
            clients=int(os.environ.get("BENCH_CLIENTS", "32")),
            seconds=float(os.environ.get("BENCH_SECONDS", "3")),
            rounds=int(os.environ.get("BENCH_ROUNDS", "9")),
            warm_up_seconds=float(os.environ.get("BENCH_WARM_UP_SECONDS", "4")),
        )
