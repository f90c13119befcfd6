"""Web push: notices to browsers (RFC 8030), encrypted for each (RFC 8291), signed by VAPID (RFC 8292)."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.base.addresses import is_loopback, is_public, means_this_machine
from backend.base.kept_connections import PostAnswer
from backend.base.mass_posting import MassPoster, PostRequest, Resolve, resolve_by_system
from backend.base.push import Push, PushContent, PushOutcome, PushResult, read_retry_after
from backend.base.subscriptions import (
    EndpointPolicy,
    PushServiceRefused,
    Subscription,
    SubscriptionBroken,
    encode,
)
from backend.base.vapid import Vapid
from backend.config import Settings

TARGET_KIND = "web_push"
# What every push service takes of a whole body; the header, the tag and the end of the record belong to it.
BODY_MAX_BYTES = 4096
SALT_BYTES, KEY_BYTES, NONCE_BYTES, TAG_BYTES = 16, 16, 12, 16
HEADER_BYTES = SALT_BYTES + 4 + 1 + 65
PAYLOAD_MAX_BYTES = BODY_MAX_BYTES - HEADER_BYTES - TAG_BYTES - 1
LAST_RECORD = b"\x02"
TOPIC_CHARACTERS = 32

ACCEPTED = PushOutcome(PushResult.ACCEPTED)
# Ours to mend: our key, our clock, our pace.
OURS_TO_MEND = (401, 403, 429)


class WebPushSender:
    """A PushSender for targets of kind `web_push`, each a subscription."""

    def __init__(self, vapid: Vapid, policy: EndpointPolicy, poster: MassPoster) -> None:
        """The poster is closed with it; it should find addresses by a PublicResolver."""
        self._vapid = vapid
        self._policy = policy
        self._poster = poster

    def send(self, pushes: Sequence[Push]) -> list[PushOutcome]:
        payloads: dict[PushContent, bytes] = {}
        requests: dict[int, PostRequest] = {}
        outcomes: dict[int, PushOutcome] = {}
        for number, push in enumerate(pushes):
            prepared = self._prepare(push, payloads)
            if isinstance(prepared, PostRequest):
                requests[number] = prepared
            else:
                outcomes[number] = prepared
        answers = self._poster.post_all(list(requests.values()))
        outcomes.update(zip(requests, map(read_answer, answers), strict=True))
        return [outcomes[number] for number in range(len(pushes))]

    def close(self) -> None:
        self._poster.close()

    def _prepare(self, push: Push, payloads: dict[PushContent, bytes]) -> PostRequest | PushOutcome:
        content = push.content
        try:
            payload = payloads.get(content) or payloads.setdefault(content, encode_payload(content))
            subscription = Subscription.read(push.target)
            origin = self._policy.origin_of(subscription.endpoint)
        except SubscriptionBroken:
            return PushOutcome(PushResult.FAILED, "target_invalid")
        except PushServiceRefused:
            return PushOutcome(PushResult.FAILED, "push_service_refused")
        except TypeError:  # of orjson, for what is no text
            return PushOutcome(PushResult.FAILED, "message_invalid")
        if len(payload) > PAYLOAD_MAX_BYTES:
            return PushOutcome(PushResult.FAILED, "payload_too_large")
        headers = {
            "Authorization": self._vapid.authorization(origin),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(content.ttl_seconds),
            "Topic": topic_of(content.collapse_key),
            "Urgency": "high" if content.is_urgent else "normal",
        }
        return PostRequest(subscription.endpoint, headers, encrypt(payload, subscription))


def make_web_push_sender(settings: Settings, key_file: Path) -> WebPushSender:
    """Raises OSError or ValueError when the file holds no key, or nobody is named as its owner."""
    policy = EndpointPolicy.of(settings)
    poster = MassPoster(
        per_second=settings.push_per_second,
        connections=settings.push_connections,
        resolve=PublicResolver(allows_local=policy.allows_local),
    )
    return WebPushSender(Vapid.load(key_file, settings.vapid_subject), policy, poster)


def encode_payload(content: PushContent) -> bytes:
    """What the service worker of the web app reads: `title`, `body`, `tag`, `data`."""
    said = {"title": content.title, "body": content.body, "tag": content.collapse_key}
    return orjson.dumps({**said, "data": dict(content.data)})


def topic_of(collapse_key: str) -> str:
    """Of two with the same topic a push service keeps the later; it takes 32 signs of base64url."""
    return encode(hashlib.sha256(collapse_key.encode()).digest())[:TOPIC_CHARACTERS]


def encrypt(
    payload: bytes,
    subscription: Subscription,
    *,
    salt: bytes | None = None,
    own_key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body by RFC 8291, one record; only the browser reads it. The salt and the key are given by tests only."""
    salt = salt or os.urandom(SALT_BYTES)
    own_key = own_key or ec.generate_private_key(ec.SECP256R1())
    own_point = own_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    their_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), subscription.p256dh)
    shared = own_key.exchange(ec.ECDH(), their_key)
    info = b"WebPush: info\x00" + subscription.p256dh + own_point
    secret = _derive(shared, subscription.auth, info, 32)
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\x00", KEY_BYTES)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\x00", NONCE_BYTES)
    header = salt + BODY_MAX_BYTES.to_bytes(4) + bytes([len(own_point)]) + own_point
    return header + AESGCM(key).encrypt(nonce, payload + LAST_RECORD, None)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def read_answer(answer: PostAnswer) -> PushOutcome:
    """What an answer of a push service means. Pure, but for the clock of a Retry-After that is a date."""
    if answer.status is None:
        return PushOutcome(PushResult.UNKNOWN if answer.was_sent else PushResult.RETRY, answer.failure)
    if 200 <= answer.status < 300:
        return ACCEPTED
    reason = f"http_{answer.status}"
    if answer.status in (404, 410):
        return PushOutcome(PushResult.RETIRED, reason)
    if answer.status in OURS_TO_MEND or answer.status >= 500:
        return PushOutcome(PushResult.RETRY, reason, read_retry_after(answer.retry_after))
    return PushOutcome(PushResult.FAILED, reason)


class PublicResolver:
    """Only addresses of the public internet; one that is not spoils the whole name. This machine under its own
    name, where `allows_local`."""

    def __init__(self, *, allows_local: bool = False, resolve: Resolve = resolve_by_system) -> None:
        self._allows_local = allows_local
        self._resolve = resolve

    async def __call__(self, host: str, port: int) -> Sequence[tuple[str, int]]:
        """Raises OSError."""
        found = await self._resolve(host, port)
        is_allowed = is_loopback if self._allows_local and means_this_machine(host) else is_public
        if not found or not all(is_allowed(address) for address, _ in found):
            raise OSError("not an address of the public internet")
        return found
