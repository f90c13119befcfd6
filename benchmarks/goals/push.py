"""A message to many, every result recorded, against the SDK's `send_each` that records none, on one stand-in."""

from dataclasses import dataclass, field
from statistics import median

from benchmarks.fcm_stand_in import run_stand_in
from benchmarks.goals import Result
from benchmarks.options import Options
from benchmarks.processes import cpu_seconds
from benchmarks.push_data import prepare_readers, schedule_message, time_sending, wait_until_done
from benchmarks.push_processes import Sent, run_push_worker, send_each
from tests.support.postgres import run_postgres

NAME = "push"
TARGET = 6.00

READERS = 20_000
SDK_MESSAGES = 3_000
ROUNDS_MAX = 5
DATABASE = "meguri"


@dataclass
class Rounds:
    """Neighbours in time, so that what the machine's other tenants do to one side, they do to both."""

    ours: list[Sent] = field(default_factory=list)
    sdk: list[Sent] = field(default_factory=list)
    postgres_cpu: float = 0.0

    def ratios(self, *, of_cpu: bool) -> list[float]:
        pairs = zip(self.ours, self.sdk, strict=True)
        if of_cpu:
            return [sdk.cpu_us / ours.cpu_us for ours, sdk in pairs]
        return [ours.per_second / sdk.per_second for ours, sdk in pairs]

    def describe(self) -> list[str]:
        messages = sum(sent.messages for sent in self.ours)
        return [
            f"{READERS} recipients a round, {SDK_MESSAGES} messages by send_each, in turns",
            "  send_each, messages/s " + "".join(f"{sent.per_second:8.0f}" for sent in self.sdk),
            "  Meguri, messages/s    " + "".join(f"{sent.per_second:8.0f}" for sent in self.ours),
            "  Meguri / send_each    " + "".join(f"{ratio:8.2f}" for ratio in self.ratios(of_cpu=False)),
            "  send_each, CPU µs     " + "".join(f"{sent.cpu_us:8.0f}" for sent in self.sdk),
            "  Meguri, CPU µs        " + "".join(f"{sent.cpu_us:8.0f}" for sent in self.ours),
            f"PostgreSQL besides: {self.postgres_cpu / messages * 1e6:.0f} µs a message",
        ]


def measure() -> Result:
    rounds = play_rounds()
    return Result(median(rounds.ratios(of_cpu=False)), rounds.describe())


def play_rounds() -> Rounds:
    """On one durable PostgreSQL, by one worker with its queue; one round to warm up."""
    count = min(Options.from_environment().rounds, ROUNDS_MAX)
    with run_postgres(fsync=True) as postgres, run_stand_in() as port:
        database = prepare_readers(postgres.create_database(DATABASE), READERS)
        rounds = Rounds()
        with run_push_worker(postgres.url(DATABASE), port) as pid:
            wait_until_done(database, schedule_message(database))
            for _ in range(count):
                rounds.sdk.append(send_each(port, SDK_MESSAGES))
                postgres_before, before = cpu_seconds(postgres.pid), cpu_seconds(pid)
                message_id = schedule_message(database)
                wait_until_done(database, message_id)
                spent = cpu_seconds(pid) - before
                rounds.postgres_cpu += cpu_seconds(postgres.pid) - postgres_before
                rounds.ours.append(Sent(READERS, time_sending(database, message_id), spent))
        database.engine.dispose()
    return rounds
