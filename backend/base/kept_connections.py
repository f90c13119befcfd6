"""One HTTP/1.1 connection that stays open: a POST at a time, its answer read by httptools.

Where so many are posted that their cost is felt: of a client library's 140 µs a request 100 are for what is not
needed here (redirects, cookies, proxies, compression, streaming); docs/decisions/0032-push-senders.md has the figures.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

import httptools

ANSWER_MAX_BYTES = 65_536
ORIGINS_KEPT = 1_024


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """Either a status, or a `failure`, a word for why there is none; `was_sent`: whether it may have arrived."""

    status: int | None = None
    retry_after: str | None = None
    body: bytes = field(default=b"", repr=False)
    failure: str | None = None
    was_sent: bool = True


@dataclass(frozen=True, slots=True)
class Origin:
    is_secure: bool
    host: str
    port: int


@lru_cache(ORIGINS_KEPT)
def read_address(url: str) -> tuple[Origin, str, str]:
    """Whom to connect to, the request's target, and the name for `Host`. Raises ValueError."""
    parts = urlsplit(url)
    host, target = parts.hostname, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not host or parts.scheme not in ("http", "https") or parts.username is not None:
        raise ValueError("not an address to post to")
    _refuse_breaks(f"{parts.netloc}{target}", also=" ")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Origin(parts.scheme == "https", host, port), target, parts.netloc


def make_head(target: str, host: str, headers: Mapping[str, str]) -> bytes:
    """All but the last line, which tells the body's length. Raises ValueError for what would break out of a line."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    _refuse_breaks("".join(lines))
    return "\r\n".join([f"POST {target} HTTP/1.1", f"Host: {host}", *lines, "Content-Length: "]).encode()


def _refuse_breaks(text: str, also: str = "") -> None:
    if not text.isascii() or not text.isprintable() or (also and also in text):
        raise ValueError("not what a request may hold")


class KeptConnection(asyncio.Protocol):
    """Ready for a request once it is made; of no use any more once it is not `is_reusable`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._waiting: asyncio.Future[PostAnswer] | None = None
        self._size = 0  # of all that came for one request, heads and notes before the answer too
        self._forget()
        self.is_reusable = True
        self.idle_since = 0.0

    def _forget(self) -> None:
        self._status: int | None = None
        self._retry_after: str | None = None
        self._pieces: list[bytes] = []

    async def post(self, head: bytes, body: bytes, *, seconds: float) -> PostAnswer:
        """`head` as `make_head` gives it. Waits so long for the whole answer."""
        self._forget()
        self._size = 0
        answer: asyncio.Future[PostAnswer] = self._loop.create_future()
        self._waiting = answer
        timer = self._loop.call_later(seconds, self._give_up, "answer_timed_out")
        try:
            self._transport.write(b"%s%d\r\n\r\n%s" % (head, len(body), body))
            return await answer
        finally:
            timer.cancel()
            if self._waiting is not None:  # whoever waited was cancelled
                self.close()

    def close(self) -> None:
        self.is_reusable = False
        self._waiting = None
        self._transport.abort()

    def _give_up(self, failure: str) -> None:
        self._answer(PostAnswer(failure=failure))
        self.close()

    def _answer(self, answer: PostAnswer) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (made by create_connection)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:  # nobody asked
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._give_up("answer_malformed")
            return
        self._size += len(data)
        if self._waiting is not None and self._size > ANSWER_MAX_BYTES:
            # No answer that we understand is longer.
            self._answer(self._answered() if self._status else PostAnswer(failure="answer_too_long"))
            self.close()

    def eof_received(self) -> None:
        """Whatever were written from now on would be thrown away, as if it had been sent."""
        self.is_reusable = False

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_reusable = False
        # An answer that did not tell its length ends with the connection.
        self._answer(self._answered() if self._status else PostAnswer(failure="connection_lost"))

    # Called by the parser.

    def on_message_begin(self) -> None:
        if self._waiting is None:  # one answer more than was asked for: the next would be taken for another's
            self.is_reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after":
            self._retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        if self._status is not None and self._status < 200:  # there is more to come
            self._forget()
            return
        self.is_reusable = self.is_reusable and self._parser.should_keep_alive()
        self._answer(self._answered())

    def _answered(self) -> PostAnswer:
        return PostAnswer(self._status, self._retry_after, b"".join(self._pieces))


async def open_connection(origin: Origin, address: tuple[str, int], tls: ssl.SSLContext) -> KeptConnection:
    """To the address, in the name of the origin's host. Raises OSError (ssl.SSLError among them)."""
    loop = asyncio.get_running_loop()
    if not origin.is_secure:
        _, connection = await loop.create_connection(KeptConnection, *address)
        return connection
    _, connection = await loop.create_connection(
        KeptConnection, *address, ssl=tls, server_hostname=origin.host
    )
    return connection
