"""A lean closed-loop load generator for HTTP/1.1 with keep-alive, in a process of its own.

Generator, server and database share the same cores, so whatever a request costs here is taken from what is
measured. Requests are bytes before the clock starts; of an answer only its status and its end are found.
"""

import gc
import json
import math
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

# How long one answer may take, and how long those still under way are waited for after the clock.
ANSWER_LIMIT_SECONDS = 10.0
RECEIVE_BYTES = 65536
SAMPLE_CHARACTERS = 600


@dataclass(frozen=True)
class Load:
    """What was answered within the clock, and what that cost on this side."""

    counts: dict[int, int]  # answers by status
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    sent: int  # requests taken from the list, answered within the clock or not
    cpu_seconds: float  # the generator's own, user and system
    failure: str  # the first answer of 4xx or 5xx, cut short; empty if there was none

    @property
    def succeeded(self) -> int:
        return sum(count for status, count in self.counts.items() if status < 400)

    @property
    def per_second(self) -> float:
        """Successful answers: a server that refuses quickly must not look fast."""
        return self.succeeded / self.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of the generator's CPU per answer."""
        return self.cpu_seconds * 1e6 / max(1, sum(self.counts.values()))


def run_load(
    port: int, requests: Sequence[bytes], *, connections: int, seconds: float, again: bool = False
) -> Load:
    """Send `requests` to 127.0.0.1; each connection sends its next one as soon as it has its answer.

    Ends after `seconds` or, unless `again` starts the list over, when the list is used up.
    """
    job = {
        "port": port,
        "requests": [request.decode("latin-1") for request in requests],
        "connections": connections,
        "seconds": seconds,
        "again": again,
    }
    command = [sys.executable, "-m", "benchmarks.load"]
    top = Path(__file__).parent.parent
    done = subprocess.run(
        command, input=json.dumps(job).encode(), cwd=top, stdout=subprocess.PIPE, check=True
    )
    answer = json.loads(done.stdout)
    counts = {int(status): count for status, count in answer.pop("counts").items()}
    return Load(counts=counts, **answer)


class AnswerNotUnderstood(Exception):
    """An answer without Content-Length, the only way known here to find its end."""


class ServerGone(Exception):
    """The server closed a connection or gave no answer in time: the figures would mean nothing."""


class Connection:
    """One socket and the request that is under way on it."""

    __slots__ = ("received", "sent_at", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_LIMIT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Blocking costs nothing here: we read only what the selector announced, and write only when the
        # server has read all that went before. A time limit would cost a system call each time.
        self.socket.settimeout(None)
        self.received = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """Read what has come: the whole answer, or None while some of it is missing."""
        data = self.socket.recv(RECEIVE_BYTES)
        if not data:
            raise ServerGone("a connection was closed")
        if self.received:
            data = self.received + data
        end = answer_end(data)
        if end is None or len(data) < end:
            self.received = data
            return None
        self.received = b""
        return data


def answer_end(data: bytes) -> int | None:
    """How many bytes the answer at the front of `data` takes; None while its head is not complete."""
    body = data.find(b"\r\n\r\n") + 4
    if body == 3:
        return None
    head = data[:body].lower()
    start = head.find(b"\r\ncontent-length:")
    if start != -1:
        return body + int(head[start + 17 : head.index(b"\r\n", start + 17)])
    if data[9:12] in (b"204", b"304"):
        return body
    raise AnswerNotUnderstood(data[:SAMPLE_CHARACTERS].decode("latin-1"))


class Generator:
    """Some connections that work through one list of requests."""

    def __init__(self, port: int, requests: Sequence[bytes], connections: int, *, again: bool) -> None:
        self.requests = requests
        self.again = again
        self.sent = 0
        self.answered = 0
        self.counts: Counter[int] = Counter()
        self.latencies: list[float] = []
        self.failure = ""
        self.selector = selectors.DefaultSelector()
        for _ in range(connections):
            connection = Connection(port)
            self.selector.register(connection.socket, selectors.EVENT_READ, connection)

    def run(self, seconds: float) -> Load:
        """Send until the clock ends, then wait for what is under way without counting it."""
        started_cpu, started = time.process_time(), time.perf_counter()
        end = started + seconds
        for key in list(self.selector.get_map().values()):
            self._send_next(key.data)
        while self.answered < self.sent and (now := time.perf_counter()) < end:
            for key, _ in self.selector.select(min(end - now, ANSWER_LIMIT_SECONDS)):
                if self._receive(key.data):
                    self._send_next(key.data)
        spent, cpu = time.perf_counter() - started, time.process_time() - started_cpu
        load = self._load(spent, cpu)
        self._drain()
        return load

    def _send_next(self, connection: Connection) -> None:
        """Send the next request if there is one."""
        number = self.sent
        if number >= len(self.requests):
            if not self.again:
                return
            number %= len(self.requests)
        self.sent += 1
        connection.send(self.requests[number])

    def _receive(self, connection: Connection) -> bool:
        """Note the answer if it is complete; whether it was."""
        answer = connection.receive()
        if answer is None:
            return False
        self.latencies.append(time.perf_counter() - connection.sent_at)
        self.answered += 1
        status = int(answer[9:12])
        self.counts[status] += 1
        if status >= 400 and not self.failure:
            self.failure = answer[:SAMPLE_CHARACTERS].decode("latin-1")
        return True

    def _load(self, seconds: float, cpu_seconds: float) -> Load:
        latencies = sorted(self.latencies)
        return Load(
            counts=dict(self.counts),
            seconds=seconds,
            p50_ms=percentile_ms(latencies, 0.50),
            p95_ms=percentile_ms(latencies, 0.95),
            p99_ms=percentile_ms(latencies, 0.99),
            sent=self.sent,
            cpu_seconds=cpu_seconds,
            failure=self.failure,
        )

    def _drain(self) -> None:
        """Let the server finish: what it still does must not fall into the next measurement."""
        while self.answered < self.sent:
            ready = self.selector.select(ANSWER_LIMIT_SECONDS)
            if not ready:
                raise ServerGone(f"{self.sent - self.answered} requests without an answer")
            for key, _ in ready:
                self._receive(key.data)


def percentile_ms(ordered_seconds: Sequence[float], share: float) -> float:
    """The smallest latency that `share` of all stay within, in milliseconds; 0 if there is none."""
    if not ordered_seconds:
        return 0.0
    return ordered_seconds[math.ceil(share * len(ordered_seconds)) - 1] * 1000


def main() -> None:
    """Do the job that comes as JSON on standard input; its Load goes to standard output."""
    job = json.load(sys.stdin)
    requests = [request.encode("latin-1") for request in job["requests"]]
    generator = Generator(job["port"], requests, job["connections"], again=job["again"])
    del job["requests"]
    gc.disable()  # nothing here makes cycles, and a collection would stop every connection
    json.dump(asdict(generator.run(job["seconds"])), sys.stdout)


if __name__ == "__main__":
    main()
