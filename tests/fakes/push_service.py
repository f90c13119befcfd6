"""A browser that subscribes and reads what it is sent, and the push service in between."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.base.subscriptions import Subscription, encode


class Browser:
    """Has the private half of its subscription's key. What it reads, another's code has decrypted."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = os.urandom(16)
        self.auth = encode(self._secret)
        self.p256dh = encode(self._point(PublicFormat.UncompressedPoint))
        self.compressed = encode(self._point(PublicFormat.CompressedPoint))

    def _point(self, form: PublicFormat) -> bytes:
        return self._key.public_key().public_bytes(Encoding.X962, form)

    @cached_property
    def target(self) -> str:
        return Subscription.of(self.endpoint, self.p256dh, self.auth).as_target()

    @property
    def subscription(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()` gives it."""
        keys = {"p256dh": self.p256dh, "auth": self.auth}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> Any:
        return json.loads(
            http_ece.decrypt(body, private_key=self._key, auth_secret=self._secret, version="aes128gcm")
        )


@dataclass(frozen=True)
class Posted:
    path: str
    headers: dict[str, str]
    body: bytes

    def claims(self, *, audience: str) -> dict[str, Any]:
        """Of the VAPID signature, verified by the key that was sent with it."""
        scheme, _, rest = self.headers["authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert scheme == "vapid"
        point = jwt.utils.base64url_decode(parts["k"])
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        claims: dict[str, Any] = jwt.decode(parts["t"], key, algorithms=["ES256"], audience=audience)
        return claims


@dataclass
class FakePushService:
    """`answers`: by path, 201 when not named: a status, or one with headers; None hangs up."""

    url: str = ""
    posted: list[Posted] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str]] | None] = field(default_factory=dict)


@contextmanager
def run_push_service() -> Iterator[FakePushService]:
    fake = FakePushService()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            fake.posted.append(Posted(self.path, headers, body))
            answer = fake.answers.get(self.path, (201, {}))
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer[0])
            for name, value in {**answer[1], "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
