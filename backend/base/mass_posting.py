"""Posting many small bodies fast: one event loop in a thread of its own, with connections that stay open.

All who post through one MassPoster share its loop, its connections and its rate. A request is posted once: what became
of it is told, and whether to try again is for the caller to decide.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

# Of name, connection and TLS together; what has not come so far was never sent.
CONNECT_SECONDS = 4.0
# FCM asks to be given ten.
ANSWER_SECONDS = 10.0
# Shorter than any server's: one that hangs up while we write leaves us not knowing.
KEEP_ALIVE_SECONDS = 15.0
ANSWER_MAX_BYTES = 65_536
# After a pause as much may go at once as belongs into this time.
BURST_SECONDS = 0.1
CLOSE_SECONDS = 5.0

# Ours, and not what a browser would say.
SKIPPED_HEADERS = ("Accept", "Accept-Encoding", "User-Agent")


@dataclass(frozen=True, slots=True)
class PostRequest:
    url: URL
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """Either a status, or a `failure`, a word for why there is none; `was_sent`: whether it may have arrived."""

    status: int | None = None
    retry_after: str | None = None
    body: bytes = field(default=b"", repr=False)
    failure: str | None = None
    was_sent: bool = True


NOT_POSTED = PostAnswer(failure="not_posted", was_sent=False)
NOT_ANSWERED = PostAnswer(failure="not_answered")


NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class Pace:
    """A bucket that fills at a rate; whoever draws on it is told how long to wait for their turn."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second
        self._burst = max(BURST_SECONDS, self._interval)
        self._next = float("-inf")

    def wait_seconds(self, now: float) -> float:
        """`now`: seconds of a clock that only goes forward. Each call takes one turn."""
        turn = max(self._next, now - self._burst + self._interval)
        self._next = turn + self._interval
        return max(0.0, turn - now)


class MassPoster:
    """Starts its thread when it is first used. May be called by several threads at once."""

    def __init__(
        self,
        *,
        per_second: float,
        connections: int,
        make_resolver: Callable[[], AbstractResolver] | None = None,
        tls: ssl.SSLContext | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """`make_resolver` finds a name's addresses, by default as the system does; so does `tls` whom to trust."""
        self._pace = Pace(per_second)
        self._connections = connections
        self._make_resolver = make_resolver
        self._tls = tls
        # The whole ends later than the connecting may: else one could not tell which of both took too long.
        self._timeout = aiohttp.ClientTimeout(total=connect_seconds + answer_seconds, connect=connect_seconds)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def post_all(self, requests: Sequence[PostRequest]) -> list[PostAnswer]:
        """One answer a request, in the same order; never raises for what the other side does.

        Takes as long as the rate wants for so many, and at most the time for one connection and its answer more.
        """
        answers = [NOT_POSTED] * len(requests)
        with self._lock:  # what is begun under it, `close` finds
            done = None if self._closed or not requests else self._begin(requests, answers)
        if done is not None:
            with suppress(CancelledError):  # closed meanwhile: the answers say how far each had come
                done.result()
        return answers

    def close(self) -> None:
        """What is under way is cut off. What is posted afterwards is not sent."""
        with self._lock:
            self._closed = True
            loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(self._end(), loop)
            self._thread.join(CLOSE_SECONDS)

    def _begin(self, requests: Sequence[PostRequest], answers: list[PostAnswer]) -> "Future[None]":
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=self._run, args=(self._loop,), name="mass-poster", daemon=True
            )
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._post_all(requests, answers), self._loop)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        self._slots = asyncio.Semaphore(self._connections)
        self._session = loop.run_until_complete(self._open_session())
        try:
            loop.run_forever()
        finally:
            loop.close()

    async def _open_session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._connections,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            ssl=self._tls or True,
            resolver=self._make_resolver() if self._make_resolver else None,
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=SKIPPED_HEADERS,
            auto_decompress=False,
        )

    async def _end(self) -> None:
        loop = asyncio.get_running_loop()
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way, timeout=CLOSE_SECONDS / 2)
        await self._session.close()
        loop.stop()

    async def _post_all(self, requests: Sequence[PostRequest], answers: list[PostAnswer]) -> None:
        todo = iter(range(len(requests)))
        workers = min(len(requests), self._connections)
        await asyncio.gather(*(self._work(todo, requests, answers) for _ in range(workers)))

    async def _work(
        self, todo: Iterator[int], requests: Sequence[PostRequest], answers: list[PostAnswer]
    ) -> None:
        clock = asyncio.get_running_loop().time
        for number in todo:
            async with self._slots:
                wait = self._pace.wait_seconds(clock())
                if wait:
                    await asyncio.sleep(wait)
                answers[number] = NOT_ANSWERED
                answers[number] = await self._post(requests[number])

    async def _post(self, request: PostRequest) -> PostAnswer:
        try:
            async with self._session.post(
                request.url, data=request.body, headers=request.headers, allow_redirects=False
            ) as response:
                body = await _read(response)
                return PostAnswer(response.status, response.headers.get("Retry-After"), body)
        except NEVER_SENT as error:
            return PostAnswer(failure=type(error).__name__, was_sent=False)
        except Exception as error:  # whatever it is, the others go on
            return PostAnswer(failure=type(error).__name__)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """At most ANSWER_MAX_BYTES and a piece; no answer that we understand is longer."""
    body = b""
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > ANSWER_MAX_BYTES:
            response.close()
            break
    return body
