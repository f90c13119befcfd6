"""How a phone without a network makes a code, and how it is proven: pure. `docs/api-guide.md` has test vectors.

Sixteen digits: seven of the key's number, eight that prove the key, the minute and the mode, and a check digit
after Damm. The proof is the first eight bytes of HMAC-SHA256 over `meguri-offline-code:1:NUMBER:STEP:MODE`, as a
whole number, modulo ten to the eighth; STEP counts the minutes since 1970, MODE is `earn` or `spend`.
"""

import enum
import hashlib
import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from backend.base.digits import add_check_digit

STEP_SECONDS = 60
NUMBER_DIGITS = 7
PROOF_DIGITS = 8
OFFLINE_DIGITS = NUMBER_DIGITS + PROOF_DIGITS + 1
# Of a code that is off by no more than this a till is told by how much. Not further: each step looked at makes a
# guess a little more likely to be told something.
TOLD_STEPS = 15


class OfflineMode(enum.StrEnum):
    EARN = "earn"
    SPEND = "spend"


@dataclass(frozen=True, slots=True)
class OfflinePolicy:
    """What the city allows: by how many steps a phone's clock may be off, and what a code may spend at most."""

    skew_steps: int = 1
    spend_max_points: int = 500


USUAL_POLICY = OfflinePolicy()


@dataclass(frozen=True, slots=True)
class ProvenStep:
    """Which code it is. `off_steps`: above zero, the phone's minute is ahead of ours."""

    step: int
    mode: OfflineMode
    off_steps: int


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def make_offline_code(secret: bytes, *, number: str, step: int, mode: OfflineMode) -> str:
    """The sixteen digits that a phone shows in that minute."""
    return add_check_digit(number + _proof(secret, number, step, mode))


def read_number(digits: str) -> str:
    """Of the key that must have made it."""
    return digits[:NUMBER_DIGITS]


def prove_offline_code(
    digits: str, secret: bytes, *, modes: Collection[OfflineMode], at: datetime, skew_steps: int
) -> ProvenStep | None:
    """Which minute near `at` the digits belong to; those within the skew first. None: the key made them in none."""
    number, proof = read_number(digits), digits[NUMBER_DIGITS:-1]
    now = step_at(at)
    for off_steps in _nearest_first(max(skew_steps, TOLD_STEPS)):
        for mode in modes:
            if hmac.compare_digest(proof, _proof(secret, number, now + off_steps, mode)):
                return ProvenStep(now + off_steps, mode, off_steps)
    return None


def _nearest_first(steps: int) -> Iterable[int]:
    return sorted(range(-steps, steps + 1), key=abs)


def _proof(secret: bytes, number: str, step: int, mode: OfflineMode) -> str:
    said = f"meguri-offline-code:1:{number}:{step}:{mode}"
    digest = hmac.digest(secret, said.encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8]) % 10**PROOF_DIGITS:0{PROOF_DIGITS}}"
