"""A local stand-in for FCM: remembers what it was asked, and answers each target as it was told to."""

import asyncio
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import google.auth.credentials

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"


class FixedToken(google.auth.credentials.Credentials):
    """A credential that never asks anybody; each refresh gives the next of `tokens`, the last again and again."""

    def __init__(self, *tokens: str) -> None:
        super().__init__()
        self.tokens = list(tokens)
        self.token = "fixed"
        self.refreshes = 0

    def refresh(self, request: Any) -> None:
        self.refreshes += 1
        if self.tokens:
            self.token = self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]


@dataclass(frozen=True)
class FcmAnswer:
    """`detail` is FCM's own error code, which only some errors carry; `drop` hangs up without a word.

    `slow_seconds` pass between the headers and the end of the body.
    """

    http_status: int = 200
    status: str = ""
    detail: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    drop: bool = False
    slow_seconds: float = 0


ACCEPTED = FcmAnswer()
UNREGISTERED = FcmAnswer(404, "NOT_FOUND", "UNREGISTERED")
PROJECT_NOT_FOUND = FcmAnswer(404, "NOT_FOUND")
SENDER_ID_MISMATCH = FcmAnswer(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH")
NOT_ALLOWED = FcmAnswer(403, "PERMISSION_DENIED")
THIRD_PARTY_AUTH = FcmAnswer(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR")
TOKEN_EXPIRED = FcmAnswer(401, "UNAUTHENTICATED")
INVALID_ARGUMENT = FcmAnswer(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
DROPPED = FcmAnswer(drop=True)


def quota_exceeded(seconds: int) -> FcmAnswer:
    """A device's quota: with FCM's own code."""
    return FcmAnswer(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", {"Retry-After": str(seconds)})


def project_quota_exceeded(retry_after: int | str = "") -> FcmAnswer:
    """The project's quota: the platform answers, without FCM's code."""
    return FcmAnswer(429, "RESOURCE_EXHAUSTED", "", {"Retry-After": str(retry_after)} if retry_after else {})


def unavailable(retry_after: str = "") -> FcmAnswer:
    return FcmAnswer(503, "UNAVAILABLE", "UNAVAILABLE", {"Retry-After": retry_after} if retry_after else {})


class FakeFcm:
    """`messages`: every message posted, repeats included; `answers`: by target, ACCEPTED when not named, and of
    several one after the other, then ACCEPTED.

    `tokens_taken`: any other is answered 401. `hang_ups`: so many connections are closed before anything is read.
    While `open_gate` is not set, no answer leaves: for tests of what happens meanwhile.
    """

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []
        self.authorizations: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.answers: dict[str, FcmAnswer | list[FcmAnswer]] = {}
        self.tokens_taken: set[str] | None = None
        self.hang_ups = 0
        self.connections = 0
        self.open_gate = Event()
        self.open_gate.set()
        self.asked = Event()
        self.url = ""

    @property
    def send_url(self) -> str:
        """What stands for FCM's address in the SDK."""
        return f"{self.url}/v1/projects/{{0}}/messages:send"

    def posts_to(self, target: str) -> int:
        return sum(target_of(message) == target for message in self.messages)

    def take(self, authorization: str, body: bytes) -> FcmAnswer:
        request = json.loads(body)
        self.requests.append(request)
        self.messages.append(request["message"])
        self.authorizations.append(authorization)
        self.asked.set()
        if self.tokens_taken is not None and authorization.removeprefix("Bearer ") not in self.tokens_taken:
            return TOKEN_EXPIRED
        answer = self.answers.get(target_of(request["message"]), ACCEPTED)
        if isinstance(answer, list):
            return answer.pop(0) if answer else ACCEPTED
        return answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.hang_ups:
            self.hang_ups -= 1
            writer.close()
            return
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._answer_one(reader, writer):
                pass
        writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = (line.partition(":") for line in head.strip().splitlines()[1:])
        headers = {name.lower(): value.strip() for name, _, value in lines}
        body = await reader.readexactly(int(headers["content-length"]))
        self.headers.append(headers)
        answer = self.take(headers.get("authorization", ""), body)
        if not self.open_gate.is_set():
            await asyncio.to_thread(self.open_gate.wait, 30)
        if answer.drop:
            return False
        said = answer.body if answer.body is not None else json.dumps(_body(answer)).encode()
        written = {**answer.headers, "Content-Length": str(len(said))}
        writer.write(f"HTTP/1.1 {answer.http_status} Said\r\n".encode())
        writer.write("".join(f"{name}: {value}\r\n" for name, value in written.items()).encode() + b"\r\n")
        if answer.slow_seconds:
            writer.write(said[:1])
            await asyncio.sleep(answer.slow_seconds)
            said = said[1:]
        writer.write(said)
        await writer.drain()
        return True


def target_of(message: dict[str, Any]) -> str:
    return str(message.get("fid") or message.get("token"))


@contextmanager
def run_fcm(tls: ssl.SSLContext | None = None) -> Iterator[FakeFcm]:
    fake, loop = FakeFcm(), asyncio.new_event_loop()
    started = asyncio.start_server(fake.serve, "127.0.0.1", 0, ssl=tls, backlog=1024)
    server = loop.run_until_complete(started)
    port = server.sockets[0].getsockname()[1]
    fake.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.open_gate.set()
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _body(answer: FcmAnswer) -> dict[str, Any]:
    if answer.http_status == 200:
        return {"name": "projects/meguri-test/messages/1"}
    error: dict[str, Any] = {"code": answer.http_status, "message": answer.status, "status": answer.status}
    if answer.detail:
        error["details"] = [{"@type": FCM_ERROR, "errorCode": answer.detail}]
    return {"error": error}
