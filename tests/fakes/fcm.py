"""A local stand-in for FCM: remembers what it was asked, and answers each target as it was told to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import google.auth.credentials

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"


class FixedToken(google.auth.credentials.Credentials):
    """A credential that never asks anybody."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "fixed"

    def refresh(self, request: Any) -> None:
        """After a 401 the SDK asks for a new token: it is the same."""


@dataclass(frozen=True)
class FcmAnswer:
    """`detail` is FCM's own error code, which only some errors carry; `drop` hangs up without a word."""

    http_status: int = 200
    status: str = ""
    detail: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    drop: bool = False


ACCEPTED = FcmAnswer()
UNREGISTERED = FcmAnswer(404, "NOT_FOUND", "UNREGISTERED")
SENDER_ID_MISMATCH = FcmAnswer(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH")
THIRD_PARTY_AUTH = FcmAnswer(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR")
INVALID_ARGUMENT = FcmAnswer(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
DROPPED = FcmAnswer(drop=True)


def quota_exceeded(seconds: int) -> FcmAnswer:
    """A device's quota: with FCM's own code."""
    return FcmAnswer(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", {"Retry-After": str(seconds)})


def project_quota_exceeded(seconds: int) -> FcmAnswer:
    """The project's quota: the platform answers, without FCM's code."""
    return FcmAnswer(429, "RESOURCE_EXHAUSTED", "", {"Retry-After": str(seconds)})


def unavailable(retry_after: str = "") -> FcmAnswer:
    return FcmAnswer(503, "UNAVAILABLE", "UNAVAILABLE", {"Retry-After": retry_after} if retry_after else {})


class FakeFcm:
    """`messages`: every message posted, repeats included; `answers`: by target, ACCEPTED when not named.

    While `open_gate` is not set, no answer leaves: for tests of what happens meanwhile.
    """

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.authorizations: list[str] = []
        self.answers: dict[str, FcmAnswer] = {}
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


def target_of(message: dict[str, Any]) -> str:
    return str(message.get("fid") or message.get("token"))


@contextmanager
def run_fcm() -> Iterator[FakeFcm]:
    fake = FakeFcm()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["message"]
            fake.messages.append(message)
            fake.authorizations.append(self.headers.get("Authorization", ""))
            fake.asked.set()
            fake.open_gate.wait(30)
            answer = fake.answers.get(target_of(message), ACCEPTED)
            if answer.drop:
                self.close_connection = True
                return
            self._tell(answer)

        def _tell(self, answer: FcmAnswer) -> None:
            body = answer.body if answer.body is not None else json.dumps(_body(answer)).encode()
            self.send_response(answer.http_status)
            for name, value in {**answer.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: Any) -> None:
            """A worker that was killed reads no answer."""

    server = Server(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield fake
    finally:
        fake.open_gate.set()
        server.shutdown()
        server.server_close()


def _body(answer: FcmAnswer) -> dict[str, Any]:
    if answer.http_status == 200:
        return {"name": "projects/meguri-test/messages/1"}
    error: dict[str, Any] = {"code": answer.http_status, "message": answer.status, "status": answer.status}
    if answer.detail:
        error["details"] = [{"@type": FCM_ERROR, "errorCode": answer.detail}]
    return {"error": error}
