"""An open-loop load: requests leave at their moments, whether or not earlier ones were answered.

What a request waits because the server is busy with others counts as its latency, as it would for a phone.
"""

import json
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.load import Connection, ServerGone, percentile_ms

TOP = Path(__file__).parent.parent
ANSWER_LIMIT_SECONDS = 10.0


@dataclass(frozen=True)
class OpenLoad:
    answered: int
    failed: int
    p50_ms: float
    p99_ms: float


def run_open_load(
    port: int, requests: Sequence[bytes], *, connections: int, per_second: float, seconds: float
) -> OpenLoad:
    """`requests` again and again, evenly spaced."""
    job = {
        "port": port,
        "requests": [request.decode("latin-1") for request in requests],
        "connections": connections,
        "per_second": per_second,
        "seconds": seconds,
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.open_load"],
        input=json.dumps(job).encode(),
        cwd=TOP,
        stdout=subprocess.PIPE,
        check=True,
    )
    return OpenLoad(**json.loads(done.stdout))


def _play(
    port: int, requests: Sequence[bytes], connections: int, per_second: float, seconds: float
) -> OpenLoad:
    idle = deque(Connection(port) for _ in range(connections))
    selector = selectors.DefaultSelector()
    for connection in idle:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    due: deque[float] = deque()
    latencies: list[float] = []
    failed = sent = answered = 0
    total, started = int(per_second * seconds), time.perf_counter()
    while answered < total:
        now = time.perf_counter()
        while sent + len(due) < total and started + (sent + len(due)) / per_second <= now:
            due.append(started + (sent + len(due)) / per_second)
        while due and idle:
            connection = idle.popleft()
            connection.send(requests[sent % len(requests)])
            connection.sent_at = due.popleft()
            sent += 1
        next_due = started + (sent + len(due)) / per_second - now
        ready = selector.select(max(0.0, next_due) if sent + len(due) < total else ANSWER_LIMIT_SECONDS)
        if not ready and sent == total:
            raise ServerGone(f"{total - answered} requests without an answer")
        for key, _ in ready:
            answer = key.data.receive()
            if answer is not None:
                latencies.append(time.perf_counter() - key.data.sent_at)
                failed += int(answer[9:12]) >= 400
                answered += 1
                idle.append(key.data)
    ordered = sorted(latencies)
    return OpenLoad(answered, failed, percentile_ms(ordered, 0.50), percentile_ms(ordered, 0.99))


if __name__ == "__main__":
    job = json.load(sys.stdin)
    requests = [request.encode("latin-1") for request in job.pop("requests")]
    json.dump(asdict(_play(requests=requests, **job)), sys.stdout)
