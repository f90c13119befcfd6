"""Posting many small bodies fast: one event loop in a thread of its own, with connections that stay open.

All who post through one MassPoster share its loop, its connections and its rate. A request is posted once: what became
of it is told, and whether to try again is for the caller to decide.
"""

import asyncio
import math
import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field

from backend.base.kept_connections import (
    KeptConnection,
    Origin,
    PostAnswer,
    make_head,
    open_connection,
    read_address,
)

# Of name, connection and TLS together; what has not come so far was never sent.
CONNECT_SECONDS = 4.0
# FCM asks to be given ten.
ANSWER_SECONDS = 10.0
# Shorter than any server's: one that hangs up while we write leaves us not knowing.
KEEP_ALIVE_SECONDS = 15.0
# After a pause as much may go at once as belongs into this time.
BURST_SECONDS = 0.1
# Turns come in groups, this long apart: one by one, each would wake this process and the network's other end anew.
TICK_SECONDS = 0.02
CLOSE_SECONDS = 5.0

NOT_POSTED = PostAnswer(failure="not_posted", was_sent=False)
NOT_ANSWERED = PostAnswer(failure="not_answered")

# Addresses, each with its port, that a host's name and a port lead to. Raises OSError.
Resolve = Callable[[str, int], Awaitable[Sequence[tuple[str, int]]]]


@dataclass(frozen=True, slots=True)
class PostRequest:
    """`headers`: besides `Host` and `Content-Length`; many requests best share one mapping."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


async def resolve_by_system(host: str, port: int) -> Sequence[tuple[str, int]]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(str(address[0]), int(address[1])) for *_, address in found]


class Pace:
    """A bucket that fills at a rate; whoever draws on it is told how long to wait for their turn.

    Who must wait leaves with others, at the next tick.
    """

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second
        self._burst = max(BURST_SECONDS, self._interval)
        self._next = float("-inf")

    def wait_seconds(self, now: float) -> float:
        """`now`: seconds of a clock that only goes forward. Each call takes one turn."""
        turn = max(self._next, now - self._burst + self._interval)
        self._next = turn + self._interval
        if turn <= now:
            return 0.0
        return max(0.0, math.ceil(turn / TICK_SECONDS) * TICK_SECONDS - now)


class MassPoster:
    """Starts its thread when it is first used. May be called by several threads at once."""

    def __init__(
        self,
        *,
        per_second: float,
        connections: int,
        resolve: Resolve = resolve_by_system,
        tls: ssl.SSLContext | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """`tls`: whom to trust, by default whom the system does."""
        self._pace = Pace(per_second)
        self._connections = connections
        self._resolve = resolve
        self._tls = tls or ssl.create_default_context()
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        self._idle: defaultdict[Origin, list[KeptConnection]] = defaultdict(list)
        self._head: tuple[str, Mapping[str, str], bytes] | None = None
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
        try:
            loop.run_forever()
        finally:
            loop.close()

    async def _end(self) -> None:
        loop = asyncio.get_running_loop()
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way, timeout=CLOSE_SECONDS / 2)
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
        await asyncio.sleep(0)  # they end in the loop's next round
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
            origin, target, host = read_address(request.url)
            head = self._head_of(request, target, host)
        except ValueError:
            return PostAnswer(failure="request_invalid", was_sent=False)
        try:
            connection = self._take_idle(origin) or await self._connect(origin)
        except TimeoutError:
            return PostAnswer(failure="connecting_timed_out", was_sent=False)
        except OSError as error:
            return PostAnswer(failure=type(error).__name__, was_sent=False)
        answer = await connection.post(head, request.body, seconds=self._answer_seconds)
        self._keep(origin, connection)
        return answer

    def _head_of(self, request: PostRequest, target: str, host: str) -> bytes:
        """Written once for all that go one way, with one and the same mapping of headers."""
        known = self._head
        if known is None or known[0] != request.url or known[1] is not request.headers:
            known = self._head = (request.url, request.headers, make_head(target, host, request.headers))
        return known[2]

    def _take_idle(self, origin: Origin) -> KeptConnection | None:
        """The one used last; the ones before it are too old when it is."""
        idle = self._idle[origin]
        oldest = asyncio.get_running_loop().time() - KEEP_ALIVE_SECONDS
        while idle:
            connection = idle.pop()
            if connection.is_reusable and connection.idle_since > oldest:
                return connection
            connection.close()
        return None

    async def _connect(self, origin: Origin) -> KeptConnection:
        """Raises OSError; of several addresses, that of the last."""
        async with asyncio.timeout(self._connect_seconds):
            failure = OSError("the name leads nowhere")
            for address in await self._resolve(origin.host, origin.port):
                try:
                    return await open_connection(origin, address, self._tls)
                except TimeoutError:
                    raise
                except OSError as error:
                    failure = error
            raise failure

    def _keep(self, origin: Origin, connection: KeptConnection) -> None:
        """Not more than may be open at once, wherever they lead."""
        if not connection.is_reusable:
            connection.close()
            return
        connection.idle_since = asyncio.get_running_loop().time()
        self._idle[origin].append(connection)
        if sum(map(len, self._idle.values())) > self._connections:
            longest = next(idle for idle in self._idle.values() if idle)
            longest.pop(0).close()
