"""Passwords: argon2id of about 20 ms; with the library's defaults a few log-ins would stall two cores."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Verified when there is no account, so that the answer takes as long as with one; of random text, thrown away.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$BPXd4Zq5gC7HYuMYJq8/FA$5Nh8oMq7bdG2VEmO2GJOyCSCc3Zr4vLOfczqYn4dj1g"


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def verify_password(password: str, hashed: str | None) -> bool:
    """Whether it fits; spends the same time when there is nothing to compare with."""
    try:
        return _HASHER.verify(hashed or _NOBODY, password) and bool(hashed)
    except (VerificationError, InvalidHashError):
        return False
