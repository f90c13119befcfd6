"""What a message costs the processor: taken, sent and settled by us, against only sent by the SDK's `send_each`."""

from statistics import median

from benchmarks.goals import Result
from benchmarks.goals.push import play_rounds

NAME = "push-cpu"
TARGET = 6.00


def measure() -> Result:
    """The worker's whole time counts, its idle loops included; PostgreSQL's is told beside."""
    rounds = play_rounds()
    return Result(median(rounds.ratios(of_cpu=True)), rounds.describe())
