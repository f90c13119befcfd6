"""The two sides of every goal about pushes, each a process of its own: our worker, and the SDK's `send_each`.

`python -m benchmarks.push_processes worker DATABASE_URL PORT PER_SECOND` runs `meguri worker` against the stand-in;
`… send_each PORT MESSAGES` sends with firebase-admin, and prints seconds and CPU seconds of the sending alone.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from time import perf_counter

import firebase_admin
from firebase_admin import credentials, messaging
from google.auth.credentials import AnonymousCredentials, Credentials

from backend.base.fcm import FcmSender
from backend.base.mass_posting import MassPoster
from backend.cli.priority import make_way
from backend.config import Settings
from backend.jobs import runner
from backend.notices.terms import load_terms
from benchmarks.processes import cpu_seconds

TOP = Path(__file__).parent.parent
# At any hour, and again and again.
TERMS = replace(
    load_terms(), quiet_from=time.min, quiet_until=time.min, city_per_day=1_000, pushes_per_day=1_000
)
CONNECTIONS = 100
BATCH = 500  # what `send_each` takes at most


class Anybody(credentials.Base):
    """A credential that asks nobody."""

    def get_credential(self) -> Credentials:
        found = AnonymousCredentials()
        found.token = "bench"  # noqa: S105 (nobody asks for one)
        return found


def meet_stand_in(port: int) -> None:
    messaging._MessagingService.FCM_URL = f"http://127.0.0.1:{port}/v1/projects/{{0}}/messages:send"


@dataclass(frozen=True)
class Sent:
    messages: int
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds

    @property
    def cpu_us(self) -> float:
        return self.cpu_seconds / self.messages * 1e6


@contextmanager
def run_push_worker(database_url: str, port: int, *, per_second: float = 1e9) -> Iterator[int]:
    """Its process id. What it says is shown only if it ends by itself."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.push_processes",
        "worker",
        database_url,
        str(port),
        str(per_second),
    ]
    process = subprocess.Popen(command, cwd=TOP, env={**os.environ, "LOG_LEVEL": "WARNING"})
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def send_each(port: int, messages: int) -> Sent:
    command = [sys.executable, "-m", "benchmarks.push_processes", "send_each", str(port), str(messages)]
    done = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE, check=True, text=True)
    seconds, cpu = map(float, done.stdout.split())
    return Sent(messages, seconds, cpu)


def _work(database_url: str, port: int, per_second: float) -> None:
    meet_stand_in(port)
    make_way()
    sender = FcmSender("bench", Anybody(), MassPoster(per_second=per_second, connections=CONNECTIONS))
    make_senders = runner.make_senders
    runner.make_senders = lambda settings: replace(make_senders(settings), push=sender)
    runner.load_notice_terms = lambda _: TERMS
    runner.run_worker(Settings(database_url=database_url, log_level="WARNING"))


def _send_each(port: int, messages: int) -> None:
    meet_stand_in(port)
    app = firebase_admin.initialize_app(Anybody(), {"projectId": "bench"})
    many = [
        messaging.Message(
            token=f"target-{number:08}-of-the-usual-length-of-a-token-which-is-about-a-hundred-and-fifty",
            notification=messaging.Notification(title="お知らせ", body="釧路市からのお知らせです。"),
            data={"kind": "circular"},
            android=messaging.AndroidConfig(collapse_key="bench", ttl=3600),
        )
        for number in range(BATCH)
    ]
    messaging.send_each(many, app=app)
    cpu, started = cpu_seconds(os.getpid()), perf_counter()
    for _ in range(messages // BATCH):
        found = messaging.send_each(many, app=app)
        assert found.failure_count == 0
    print(perf_counter() - started, cpu_seconds(os.getpid()) - cpu)


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    if what == "worker":
        _work(given[0], int(given[1]), float(given[2]))
    else:
        _send_each(int(given[0]), int(given[1]))
