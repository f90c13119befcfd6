"""FCM as far as a sender's speed is concerned: takes any message, says yes, and costs as little as it can.

`python -m benchmarks.fcm_stand_in` prints its port. A process of its own, in plain HTTP: TLS costs both sides alike.
With `elsewhere` it makes way for all others, as FCM's own machines take nothing from this one.
"""

import asyncio
import gc
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BODY = b'{"name":"projects/bench/messages/0:1700000000000000%0000000000000000"}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
TOP = Path(__file__).parent.parent


class Phone(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        received = self.received + data if self.received else data
        while (end := _end_of_request(received)) is not None and len(received) >= end:
            self.transport.write(ANSWER)
            received = received[end:]
        self.received = received


def _end_of_request(received: bytes) -> int | None:
    head = received.find(b"\r\n\r\n")
    if head == -1:
        return None
    found = LENGTH.search(received, 0, head)
    return head + 4 + (int(found[1]) if found else 0)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Phone, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def run_stand_in(*, elsewhere: bool = False) -> Iterator[int]:
    """Its port, for the length of a `with`."""
    command = [sys.executable, "-m", "benchmarks.fcm_stand_in", *(["elsewhere"] if elsewhere else [])]
    process = subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _make_way() -> None:
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    else:
        os.nice(19)


if __name__ == "__main__":
    gc.disable()
    if "elsewhere" in sys.argv:
        _make_way()
    asyncio.run(serve())
