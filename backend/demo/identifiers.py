"""Ids of rows that no request made: the same for the same seed, ordered by time as `new_id`'s are."""

import hashlib
import uuid
from datetime import datetime
from random import Random

_VERSION_AND_VARIANT = 0x7 << 76 | 0b10 << 62
_RANDOM_BITS = (1 << 76) - 1 ^ 0b11 << 62


class Identifiers:
    """UUIDv7 of moments in the past, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"{seed}:identifiers")

    def at(self, moment: datetime) -> uuid.UUID:
        return _uuid7(round(moment.timestamp() * 1000), self._random.getrandbits(76))


def fixed_id(name: str) -> uuid.UUID:
    """Of a row that is found again by its name. Its time is 1970, so that nothing else will ever have it."""
    return _uuid7(0, int.from_bytes(hashlib.sha256(name.encode()).digest()[:10]))


def staff_id(account_key: str) -> uuid.UUID:
    """Of the member of staff behind a demo account."""
    return fixed_id(f"staff:{account_key}")


def _uuid7(milliseconds: int, rest: int) -> uuid.UUID:
    return uuid.UUID(int=milliseconds << 80 | _VERSION_AND_VARIANT | rest & _RANDOM_BITS)
