"""A local stand-in for a shop's system: remembers what was posted to it, and answers as it was told to."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

DRIPS = 200


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class FakeReceiver:
    """`answers`: in order, then 200. A status; or `hang` until let go, `drop` the line, `drip` a header for ever,
    `flood` the headers, `pour` a body without end, `redirect` to `/elsewhere`.
    """

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answers: list[int | str] = field(default_factory=list)
    hanging: Event = field(default_factory=Event)
    let_go: Event = field(default_factory=Event)

    @property
    def ids(self) -> list[str]:
        return [each.headers["webhook-id"] for each in self.received]


class _Handler(BaseHTTPRequestHandler):
    receiver: FakeReceiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.received.append(Received(self.path, headers, body))
        answer = self.receiver.answers.pop(0) if self.receiver.answers else 200
        self.close_connection = True
        if isinstance(answer, int):
            self._say(answer)
        else:
            getattr(self, f"_{answer}")()

    def _say(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _redirect(self) -> None:
        self._say(302, Location="/elsewhere")

    def _hang(self) -> None:
        self.receiver.hanging.set()
        self.receiver.let_go.wait()

    def _drop(self) -> None:
        self.connection.close()

    def _drip(self) -> None:
        """Each byte comes in time, all of them never."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(DRIPS):
            if self.receiver.let_go.wait(0.05):
                return
            self.wfile.write(b".")
            self.wfile.flush()

    def _flood(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Large: " + b"." * 1_000_000)

    def _pour(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not self.receiver.let_go.is_set():
            self.wfile.write(b"10000\r\n" + b"." * 0x10000 + b"\r\n")

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """The other side hung up: that is what some tests are about."""


@contextmanager
def run_receiver(tls: ssl.SSLContext | None = None) -> Iterator[FakeReceiver]:
    receiver = FakeReceiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    with _Server(("127.0.0.1", 0), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        receiver.port = server.server_address[1]
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield receiver
        finally:
            receiver.let_go.set()
            server.shutdown()
