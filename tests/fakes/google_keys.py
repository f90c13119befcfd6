"""A local stand-in for Firebase's sign-in: its own key, the certificates it publishes, tokens it signs."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth import crypt, jwt

KEY_ID = "key-1"


class FakeGoogle:
    """`is_down`: the certificates cannot be fetched; `fetches` counts how often they were."""

    def __init__(self, project_id: str) -> None:
        self.project_id = project_id
        self.is_down = False
        self.fetches = 0
        self.url = ""
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, *, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """An ID token for `sub`, good for an hour, unless `claims` say otherwise; None leaves a claim out."""
        now = int(time.time())
        usual = {
            "iss": f"https://securetoken.google.com/{self.project_id}",
            "aud": self.project_id,
            "sub": "firebase-user-1",
            "iat": now,
            "exp": now + 3600,
            "auth_time": now,
        }
        payload = {name: value for name, value in (usual | claims).items() if value is not None}
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        signer = crypt.RSASigner.from_string(pem, KEY_ID)
        return bytes(jwt.encode(signer, payload, header=headers)).decode()

    def certificates(self) -> bytes:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "securetoken.example")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=36_500))
            .sign(self._key, hashes.SHA256())
        )
        return json.dumps({KEY_ID: certificate.public_bytes(serialization.Encoding.PEM).decode()}).encode()


@contextmanager
def run_google(project_id: str) -> Iterator[FakeGoogle]:
    fake = FakeGoogle(project_id)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fake.fetches += 1
            body = b"" if fake.is_down else fake.certificates()
            self.send_response(503 if fake.is_down else 200)
            self.send_header("Cache-Control", "public, max-age=3600")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}/certificates"
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
