"""Web push subscriptions: what a browser gives, checked, and which push services' hosts we post to.

Whoever registers a subscription chooses the address that we shall post to, so only the hosts of known push services
are taken, https at its usual port, and (by `PublicResolver` when posting) addresses of the public internet.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from backend.base.posting import UrlPolicy, UrlRefused
from backend.config import Settings

ENDPOINT_MAX_CHARACTERS = 1000
AUTH_BYTES = 16
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{1,200}={0,2}", re.ASCII)


class SubscriptionBroken(Exception):
    """`part`: endpoint, p256dh or auth."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class PushServiceRefused(Exception):
    """The endpoint is an address, but of no push service that we post to."""


@dataclass(frozen=True, slots=True)
class EndpointPolicy:
    """`hosts`: names, or `*.` and what a name must end with. `allows_local`: besides, this very machine."""

    hosts: Sequence[str]
    allows_local: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "EndpointPolicy":
        return cls(tuple(settings.web_push_hosts), allows_local=not settings.is_production)

    def origin_of(self, endpoint: str) -> str:
        """`https://host`, to which a signature is bound. Raises SubscriptionBroken, PushServiceRefused."""
        policy = UrlPolicy(allows_local=self.allows_local, max_characters=ENDPOINT_MAX_CHARACTERS)
        try:
            destination = policy.read(endpoint)
        except UrlRefused as error:
            raise SubscriptionBroken("endpoint") from error
        if not destination.is_local and not any(_fits(destination.host, each) for each in self.hosts):
            raise PushServiceRefused
        return f"{destination.scheme}://{destination.authority}"


def _fits(host: str, pattern: str) -> bool:
    pattern = pattern.lower()
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return host == pattern


@dataclass(frozen=True, slots=True)
class Subscription:
    """`p256dh`: the browser's public key, a point of P-256 in 65 bytes; `auth`: the 16 bytes shared with it."""

    endpoint: str = field(repr=False)
    p256dh: bytes = field(repr=False)
    auth: bytes = field(repr=False)

    @classmethod
    def of(cls, endpoint: str, p256dh: str, auth: str) -> "Subscription":
        """From base64url, padded or not. Raises SubscriptionBroken; the endpoint is not looked at."""
        key = _decode(p256dh, "p256dh")
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        except ValueError as error:
            raise SubscriptionBroken("p256dh") from error
        secret = _decode(auth, "auth")
        if len(key) != 65:  # compressed: a point, but not one that the encryption may name
            raise SubscriptionBroken("p256dh")
        if len(secret) != AUTH_BYTES:
            raise SubscriptionBroken("auth")
        return cls(endpoint, key, secret)

    @classmethod
    def read(cls, target: str) -> "Subscription":
        """From `as_target`. Raises SubscriptionBroken."""
        try:
            parts = orjson.loads(target)
            return cls.of(parts["endpoint"], parts["p256dh"], parts["auth"])
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise SubscriptionBroken("endpoint") from error

    def as_target(self) -> str:
        """One text for one subscription."""
        parts = {"endpoint": self.endpoint, "p256dh": encode(self.p256dh), "auth": encode(self.auth)}
        return orjson.dumps(parts).decode()


def encode(value: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(value: str, part: str) -> bytes:
    if not isinstance(value, str) or not _BASE64URL.fullmatch(value):
        raise SubscriptionBroken(part)
    try:
        return base64.urlsafe_b64decode(value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4))
    except binascii.Error as error:
        raise SubscriptionBroken(part) from error
