"""What a till code says and how it is signed: pure.

A code is an HTTPS address any phone camera opens, `PUBLIC_URL/c/TOKEN`. The token is base64url of
version (1 byte), key id (2), code id (16), shop id (16), amount in yen (4), expiry in seconds (4) and the first
16 bytes of HMAC-SHA256 over all before it: 59 bytes, 79 characters.
"""

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from backend.base.errors import Refused
from backend.purchases.rules.offline_codes import OfflineCodeText, read_offline_token
from backend.purchases.rules.paying import NO_POINTS, PointsChoice

VERSION = 1
LAYOUT = struct.Struct(">BH16s16sII")
MAC_BYTES = 16
TOKEN_CHARACTERS = 79
SCANNED_MAX_CHARACTERS = 512
PATH = "/c/"


class CodeUnreadable(Refused):
    """Not one of our codes, or cut short, or altered."""


class CodeForeign(Refused):
    """An address of somebody else: perhaps a sticker put over ours."""


@dataclass(frozen=True, slots=True)
class TillCodeText:
    """What a scanned token claims; to be believed only once `is_signed_with` its key."""

    key_id: int
    code_id: uuid.UUID
    shop_id: uuid.UUID
    amount_yen: int
    expires_at: datetime
    signed: bytes
    mac: bytes

    def is_signed_with(self, key: bytes) -> bool:
        return hmac.compare_digest(self.mac, _mac(self.signed, key))


def make_till_code(
    *, key_id: int, key: bytes, code_id: uuid.UUID, shop_id: uuid.UUID, amount_yen: int, expires_at: datetime
) -> str:
    """The token."""
    signed = LAYOUT.pack(
        VERSION, key_id, code_id.bytes, shop_id.bytes, amount_yen, int(expires_at.timestamp())
    )
    return base64.urlsafe_b64encode(signed + _mac(signed, key)).rstrip(b"=").decode()


def till_code_url(public_url: str, token: str) -> str:
    return f"{public_url}{PATH}{token}"


def read_scanned(scanned: str, public_url: str) -> TillCodeText | OfflineCodeText:
    """The address on the till, or its bare token.

    Raises CodeForeign, CodeUnreadable; the latter also for a code of ours that is no till's.
    """
    text = scanned.strip()
    prefix = f"{public_url}{PATH}"
    if text.startswith(prefix):
        text = text.removeprefix(prefix)
    elif not text.startswith(f"{public_url}/") and ("/" in text or ":" in text):
        raise CodeForeign(field="scanned")
    return read_offline_token(text) or _read_token(text)


def _read_token(token: str) -> TillCodeText:
    if len(token) != TOKEN_CHARACTERS or not token.isascii():
        raise CodeUnreadable(field="scanned")
    try:
        data = base64.b64decode(token + "=", altchars=b"-_", validate=True)
        version, key_id, code_id, shop_id, amount_yen, expires = LAYOUT.unpack(data[:-MAC_BYTES])
    except (binascii.Error, struct.error) as error:
        raise CodeUnreadable(field="scanned") from error
    # The unused low bits of the last character must be zero, or two texts would mean one code.
    if version != VERSION or base64.urlsafe_b64encode(data).rstrip(b"=").decode() != token:
        raise CodeUnreadable(field="scanned")
    return TillCodeText(
        key_id=key_id,
        code_id=uuid.UUID(bytes=code_id),
        shop_id=uuid.UUID(bytes=shop_id),
        amount_yen=amount_yen,
        expires_at=datetime.fromtimestamp(expires, UTC),
        signed=data[:-MAC_BYTES],
        mac=data[-MAC_BYTES:],
    )


def _mac(signed: bytes, key: bytes) -> bytes:
    return hmac.digest(key, signed, hashlib.sha256)[:MAC_BYTES]


def hash_request(
    scanned: str,
    done_at: datetime | None,
    points: PointsChoice = NO_POINTS,
    coupon_ids: Sequence[uuid.UUID] = (),
) -> bytes:
    """What makes two requests the same: only what the caller sent, in one spelling."""
    moment = done_at.astimezone(UTC).isoformat() if done_at else None
    said: list[object] = [scanned.strip(), moment]
    if points != NO_POINTS or coupon_ids:  # as it was hashed before either could be sent
        said += [points.mode.value, points.points, sorted(map(str, coupon_ids))]
    return hashlib.sha256(orjson.dumps(said)).digest()
