"""Posting to an address that somebody else chose, without letting them choose one inside our own network.

Only https, without user info, to allowed ports. The host is resolved here, every address of it must be public, and
the connection goes to an address that was looked at: a name that changes in between leads nowhere else. The
certificate is verified for the name. No redirect is followed and no proxy asked; of the answer only its status is
read. While developing, http to this very machine is allowed besides.
"""

import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

import h11

from backend.base.addresses import is_loopback, is_public, means_this_machine
from backend.config import Settings

LIMIT_SECONDS = 10.0
URL_MAX_CHARACTERS = 500
CHUNK_BYTES = 4_096
HTTPS_PORT = 443

# What the pattern does not know (user info, fragments, spaces, backslashes, other letters) is refused.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>/[a-z0-9._~!$&'()*+,;=:@%/?-]*)?",
    re.IGNORECASE | re.ASCII,
)
_NAME = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*")

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[tuple[str, int], float], socket.socket]


class UrlRefused(Exception):
    """Not an address that we post to."""


class HostNotPublic(Exception):
    """The host has no address, or one that is not of the public internet."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL taken apart. `host`: a name or an address, without brackets; `is_local`: this very machine."""

    scheme: str
    host: str
    port: int
    target: str
    is_local: bool

    @property
    def authority(self) -> str:
        """As the Host header says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT and self.scheme == "https" else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class UrlPolicy:
    """`ports`: besides 443. `allows_local`: http and https to this very machine, by any port."""

    ports: frozenset[int] = frozenset()
    allows_local: bool = False
    max_characters: int = URL_MAX_CHARACTERS

    @classmethod
    def of(cls, settings: Settings) -> "UrlPolicy":
        return cls(frozenset(settings.webhook_ports), allows_local=not settings.is_production)

    def read(self, url: str) -> Destination:
        """Looks at the text alone: no name is resolved. Raises UrlRefused."""
        found = _URL.fullmatch(url)
        if found is None or len(url) > self.max_characters:
            raise UrlRefused
        scheme, host = found["scheme"].lower(), found["host"].lower().strip("[]")
        port = int(found["port"] or (HTTPS_PORT if scheme == "https" else 80))
        is_local = self.allows_local and means_this_machine(host)
        if not is_local and (scheme != "https" or port not in {HTTPS_PORT, *self.ports}):
            raise UrlRefused
        if not is_local and not (_NAME.fullmatch(host) or _is_public_address(host)):
            raise UrlRefused
        return Destination(scheme, host, port, found["target"] or "/", is_local)


@dataclass(frozen=True, slots=True)
class PostOutcome:
    """The answer's status, or a word for why there was none."""

    status: int | None = None
    failure: str | None = None

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def resolve_host(host: str, port: int) -> Sequence[str]:
    """Each address once, in the resolver's order. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Poster:
    """One connection a request, ended after the limit whatever the other side does."""

    def __init__(
        self,
        policy: UrlPolicy,
        *,
        resolve: Resolve = resolve_host,
        connect: Connect = socket.create_connection,
        tls: ssl.SSLContext | None = None,
        limit_seconds: float = LIMIT_SECONDS,
    ) -> None:
        """`resolve` and `connect` stand for the network; `tls` knows whom to trust, by default as the system does."""
        self._policy = policy
        self._resolve = resolve
        self._connect = connect
        self._tls = tls or ssl.create_default_context()
        self._limit_seconds = limit_seconds

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> PostOutcome:
        """Never raises for what the other side does. Asks the network: never inside a transaction."""
        try:
            destination = self._policy.read(url)
            addresses = self._addresses(destination)
            deadline = time.monotonic() + self._limit_seconds
            with self._open(destination, addresses, deadline) as connection:
                return PostOutcome(_exchange(connection, destination, body, headers, deadline))
        except UrlRefused:
            return PostOutcome(failure="url_refused")
        except HostNotPublic:
            return PostOutcome(failure="host_not_public")
        except TimeoutError:
            return PostOutcome(failure="timed_out")
        except ssl.SSLError:
            return PostOutcome(failure="tls_failed")
        except OSError:
            return PostOutcome(failure="connection_failed")
        except h11.RemoteProtocolError:
            return PostOutcome(failure="answer_unreadable")

    def _addresses(self, destination: Destination) -> Sequence[str]:
        """Where to connect to. One address that may not be asked spoils the whole name. Raises HostNotPublic."""
        try:
            found = self._resolve(destination.host, destination.port)
            is_allowed = is_loopback if destination.is_local else is_public
            if found and all(is_allowed(address) for address in found):
                return found
        except (OSError, ValueError) as error:  # ValueError: no address, or a name that cannot be one
            raise HostNotPublic from error
        raise HostNotPublic

    def _open(self, destination: Destination, addresses: Sequence[str], deadline: float) -> socket.socket:
        """The first address that answers. Raises OSError."""
        connection = self._connect_to_any(addresses, destination.port, deadline)
        if destination.scheme == "http":
            return connection
        try:
            connection.settimeout(_left(deadline))
            return self._tls.wrap_socket(connection, server_hostname=destination.host)
        except BaseException:
            connection.close()
            raise

    def _connect_to_any(self, addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
        for address in addresses[:-1]:
            try:
                return self._connect((address, port), _left(deadline) / 2)
            except OSError:
                continue
        return self._connect((addresses[-1], port), _left(deadline))


def _is_public_address(host: str) -> bool:
    try:
        return is_public(str(ip_address(host)))
    except ValueError:
        return False


def _left(deadline: float) -> float:
    """Raises TimeoutError."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _exchange(
    connection: socket.socket,
    destination: Destination,
    body: bytes,
    headers: Mapping[str, str],
    deadline: float,
) -> int:
    """The answer's status; h11 bounds how much is read before it. Raises OSError, h11.RemoteProtocolError."""
    http = h11.Connection(h11.CLIENT)
    said = {"host": destination.authority, **headers, "content-length": str(len(body)), "connection": "close"}
    request = h11.Request(method="POST", target=destination.target, headers=list(said.items()))
    connection.settimeout(_left(deadline))
    connection.sendall(b"".join(http.send(part) or b"" for part in (request, h11.Data(data=body))))
    http.send(h11.EndOfMessage())
    while True:
        event = http.next_event()
        if isinstance(event, h11.Response):
            return event.status_code
        if event is h11.NEED_DATA:
            connection.settimeout(_left(deadline))
            data = connection.recv(CHUNK_BYTES)
            if not data:  # hung up before it had answered
                raise ConnectionResetError
            http.receive_data(data)
