"""Where a phone stands: marks, passes, and the cursor that holds them."""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.base.pages import aware_moment, read_cursor, write_cursor

NUMBER_MAX = 2**63 - 1
# A cursor under which nothing has changed stays as it is, so that the answer does, but not for ever.
RENEWED_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """Every transaction with a smaller number had ended at this moment."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """`told`: all up to here is; None: nothing. `telling`: where the pass under way ends; None: none is.

    `after`: kind and id of the last thing that this pass has told. `scope`: see `scope_of`.
    """

    scope: str
    told: Mark | None
    telling: Mark | None
    after: tuple[str, uuid.UUID] | None = None

    def is_usable(self, *, scope: str, now: Mark, kept: timedelta) -> bool:
        """Whether what it still lacks can be told: not of another scope, of a future, or of a forgotten past."""
        oldest = self.told or self.telling
        newest = self.telling or self.told
        if oldest is None or newest is None or self.scope != scope:
            return False
        return newest.number <= now.number and oldest.number <= now.number and now.at - oldest.at <= kept

    def may_stay(self, now: Mark) -> bool:
        """Whether it may, when there is nothing to tell."""
        return self.told is not None and self.telling is None and now.at - self.told.at < RENEWED_AFTER


def scope_of(*, epoch: uuid.UUID, citizen_id: uuid.UUID, language: str, kinds: Sequence[str]) -> str:
    """A position is good for one citizen, one language, one epoch and one list of kinds."""
    text = "\n".join([epoch.hex, citizen_id.hex, language, *kinds])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_position(position: Position) -> str:
    told, telling, after = position.told, position.telling, position.after
    return write_cursor(
        [
            position.scope,
            *((told.number, told.at) if told else (None, None)),
            *((telling.number, telling.at) if telling else (None, None)),
            *(after or (None, None)),
        ]
    )


def read_position(cursor: str) -> Position:
    """Raises CursorInvalid for what `write_position` never wrote."""
    scope, *marks, kind, subject_id = read_cursor(
        cursor,
        str,
        *(_optional(_number), _optional(aware_moment)) * 2,
        _optional(str),
        _optional(uuid.UUID),
        field="since",
    )
    after = (kind, subject_id) if kind is not None and subject_id is not None else None
    return Position(scope, _mark(*marks[:2]), _mark(*marks[2:]), after)


def _mark(number: int | None, at: datetime | None) -> Mark | None:
    return None if number is None or at is None else Mark(number, at)


def _number(value: Any) -> int:
    number = int(value)
    if not 0 <= number <= NUMBER_MAX:
        raise ValueError("out of range")
    return number


def _optional(kind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else kind(value)
