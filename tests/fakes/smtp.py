"""A local mail server: keeps the letters it was given, refuses what it was told to, speaks TLS if it may."""

import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class FakeSmtp:
    """`replies`: by command in capitals, instead of the usual one (`DATA`: the one to the content)."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.commands: list[str] = []
        self.encrypted: list[bool] = []
        self.replies: dict[str, str] = {}
        self.port = 0
        self.tls = tls


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, fake: FakeSmtp) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake
        fake.port = self.server_address[1]


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._tell("220 ready")
        while line := self.rfile.readline():
            command = line.decode().strip()
            verb = command.split(" ")[0].upper()
            self.server.fake.commands.append(verb)
            if verb == "QUIT":
                self._tell("221 bye")
                return
            self._answer(verb, command)

    def _answer(self, verb: str, command: str) -> None:
        fake = self.server.fake
        refused = fake.replies.get(verb)
        if refused and verb != "DATA":
            self._tell(refused)
        elif verb == "EHLO":
            offers = ["localhost", *(["STARTTLS"] if fake.tls else []), "AUTH PLAIN"]
            self._tell("\r\n".join(f"250-{offer}" for offer in offers) + "\r\n250 8BITMIME")
        elif verb == "STARTTLS":
            self._encrypt()
        elif verb == "AUTH":
            self._tell("235 welcome")
        elif verb == "DATA":
            self._keep(refused)
        else:
            if verb == "RCPT":
                fake.recipients.append(command.partition(":")[2].strip("<>"))
            self._tell("250 ok")

    def _keep(self, refused: str | None) -> None:
        self._tell("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        if not refused:
            letter = message_from_bytes(b"".join(lines), policy=policy.default)
            self.server.fake.letters.append(letter)
            self.server.fake.encrypted.append(isinstance(self.request, ssl.SSLSocket))
        self._tell(refused or "250 taken")

    def _encrypt(self) -> None:
        context = self.server.fake.tls
        assert context is not None
        self._tell("220 go on")
        try:
            self.request = context.wrap_socket(self.request, server_side=True)
        except OSError:  # the other side did not trust us
            return
        self.setup()

    def _tell(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())


@contextmanager
def run_smtp(tls: ssl.SSLContext | None = None) -> Iterator[FakeSmtp]:
    """With `tls` it offers STARTTLS."""
    fake = FakeSmtp(tls)
    with _Server(fake) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield fake
        finally:
            server.shutdown()


def make_certificate(folder: Path, host: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context for a host, and the file that makes a client trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    names = x509.SubjectAlternativeName([x509.DNSName(host), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=36_500))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    unencrypted = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path
