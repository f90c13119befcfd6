"""Till codes that a register signs without a network: what they say, how they are signed and bounded. Pure.

Such a code is an address like any till code, `PUBLIC_URL/c/TOKEN`, with a token of its own length. The token is
base64url of version (1 byte, 2), allowance id (16), serial number (4), amount in yen (4), the moment it was made in
seconds (4) and the first 16 bytes of HMAC-SHA256 over all before it: 45 bytes, 60 characters, big-endian.
"""

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backend.base.errors import Conflict, Refused

VERSION = 2
LAYOUT = struct.Struct(">B16sIII")
MAC_BYTES = 16
TOKEN_CHARACTERS = 60
# A till's and a phone's clock may differ from ours by this much.
CLOCK_SKEW = timedelta(minutes=2)


class OfflineCodeTimeRefused(Refused):
    """Made outside of the allowance's hours, or in the future."""


class OfflineCodeLimitExceeded(Refused):
    """Its number or its amount is above what the register was allowed."""


class OfflineCodeExpired(Conflict):
    """Made too long ago to be honoured."""


class OfflineAllowanceExhausted(Conflict):
    """What was honoured and this together are above what the register was allowed."""


class OfflineAllowanceRevoked(Conflict):
    """The allowance, or the key that it was issued to."""


@dataclass(frozen=True, slots=True)
class OfflineCodeText:
    """What a scanned token claims; to be believed only once `is_signed_with` its allowance's secret."""

    allowance_id: uuid.UUID
    serial_number: int
    amount_yen: int
    made_at: datetime
    signed: bytes
    mac: bytes

    def is_signed_with(self, secret: bytes) -> bool:
        return hmac.compare_digest(self.mac, _mac(self.signed, secret))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one allowance."""

    starts_at: datetime
    ends_at: datetime
    count_max: int
    code_max_yen: int
    total_max_yen: int


def make_offline_token(
    *, allowance_id: uuid.UUID, secret: bytes, serial_number: int, amount_yen: int, made_at: datetime
) -> str:
    """What a register does; `secret` as it was told."""
    signed = LAYOUT.pack(VERSION, allowance_id.bytes, serial_number, amount_yen, int(made_at.timestamp()))
    return base64.urlsafe_b64encode(signed + _mac(signed, secret)).decode()


def read_offline_token(token: str) -> OfflineCodeText | None:
    """None: not such a token, or cut short or altered beyond reading."""
    if len(token) != TOKEN_CHARACTERS or not token.isascii():
        return None
    try:
        data = base64.b64decode(token, altchars=b"-_", validate=True)
        version, allowance_id, serial_number, amount_yen, made = LAYOUT.unpack(data[:-MAC_BYTES])
    except (binascii.Error, struct.error):
        return None
    if version != VERSION:
        return None
    return OfflineCodeText(
        allowance_id=uuid.UUID(bytes=allowance_id),
        serial_number=serial_number,
        amount_yen=amount_yen,
        made_at=datetime.fromtimestamp(made, UTC),
        signed=data[:-MAC_BYTES],
        mac=data[-MAC_BYTES:],
    )


def check_limits(code: OfflineCodeText, limits: Limits) -> None:
    """Of the code by itself. Raises OfflineCodeTimeRefused, OfflineCodeLimitExceeded."""
    if not limits.starts_at - CLOCK_SKEW <= code.made_at <= limits.ends_at + CLOCK_SKEW:
        raise OfflineCodeTimeRefused(field="scanned")
    if not 1 <= code.serial_number <= limits.count_max or not 1 <= code.amount_yen <= limits.code_max_yen:
        raise OfflineCodeLimitExceeded(
            field="scanned", count_max=limits.count_max, code_max_yen=limits.code_max_yen
        )


def check_honourable(
    code: OfflineCodeText, limits: Limits, *, used_yen: int, window: timedelta, at: datetime
) -> None:
    """At this moment, after `used_yen` were honoured. Raises OfflineCodeTimeRefused, OfflineCodeExpired,
    OfflineAllowanceExhausted."""
    if code.made_at > at + CLOCK_SKEW:
        raise OfflineCodeTimeRefused(field="scanned")
    if code.made_at + window <= at:
        raise OfflineCodeExpired(field="scanned")
    if used_yen + code.amount_yen > limits.total_max_yen:
        raise OfflineAllowanceExhausted(field="scanned", total_max_yen=limits.total_max_yen)


def sale_name(allowance_id: uuid.UUID, serial_number: int) -> str:
    """By which a till calls such a sale."""
    return f"{allowance_id}/{serial_number}"


def _mac(signed: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, signed, hashlib.sha256)[:MAC_BYTES]
