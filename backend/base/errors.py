"""Domain errors: a stable code, the field at fault, parameters for the text. How HTTP says them is not theirs.

Name an error noun + participle (`PointsInsufficient`); its code is the name in snake case, and every
language's catalogue holds a text `error.<code>`.
"""

import re
from typing import Any, ClassVar


class MeguriError(Exception):
    """Base of everything a caller can be told. `field` names the input at fault, `params` fill the text."""

    code: ClassVar[str] = "meguri_error"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, *, field: str | None = None, **params: Any) -> None:
        super().__init__(self.code, params)
        self.field = field
        self.params = params


class NotFound(MeguriError):
    """The thing is not there, or is not the caller's: both look the same."""


class Refused(MeguriError):
    """The input contradicts itself or a rule, whatever the state of the world."""


class IdempotencyKeyReused(Refused):
    """The same key with another request."""


class Conflict(MeguriError):
    """The input is sound, but the state of the world forbids it now."""


class StateChanged(Conflict):
    """Somebody else was quicker; reading again tells what holds now."""


class Forbidden(MeguriError):
    """The caller is known and may not."""


class SecondPersonRequired(Forbidden):
    """Whoever drafted or proposed something does not approve it."""


class Unauthenticated(MeguriError):
    """The caller is not known."""


class TooMany(MeguriError):
    """Slow down; `retry_after_seconds` tells for how long."""

    def __init__(self, *, retry_after_seconds: int, **params: Any) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds, **params)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(MeguriError):
    """Nothing was done; trying again later may succeed."""

    retry_after_seconds: ClassVar[int] = 2


class DatabaseUnavailable(Unavailable):
    """The database is locked, full or gone."""


class StaleRead(Exception):
    """What was decided upon has changed before the write: roll back, lock, read and decide once more."""
