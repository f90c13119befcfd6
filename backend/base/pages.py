"""Cursor pages: an opaque text that names the last row seen, so that new rows never shift a page."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson

from backend.base.errors import Refused

Item = TypeVar("Item")

LIMIT_DEFAULT = 20
LIMIT_MAX = 100


class CursorInvalid(Refused):
    pass


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many items from where; `after` holds the sort values of the last row seen."""

    limit: int = LIMIT_DEFAULT
    cursor: str | None = None

    def after(self, *kinds: Callable[[Any], Any]) -> tuple[Any, ...] | None:
        """The sort values behind the cursor, each passed through its kind; None on the first page."""
        return read_cursor(self.cursor, *kinds) if self.cursor else None


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    items: Sequence[Item]
    next_cursor: str | None


def read_cursor(cursor: str, *kinds: Callable[[Any], Any], field: str = "cursor") -> tuple[Any, ...]:
    """The values behind a cursor, each passed through its kind. Raises CursorInvalid for anything else."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = orjson.loads(base64.urlsafe_b64decode(padded))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError("another list's cursor")
        return tuple(kind(value) for kind, value in zip(kinds, values, strict=True))
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise CursorInvalid(field=field) from error


def write_cursor(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


def small_whole(value: Any) -> int:
    """A cursor's whole number, within what every database keeps."""
    number = int(value)
    if not 0 <= number < 2**31:
        raise ValueError("out of range")
    return number


def aware_moment(value: Any) -> datetime:
    """A cursor's moment."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not 2000 <= moment.year < 2200:
        raise ValueError("out of range")
    return moment


def make_page(rows: Sequence[Item], request: PageRequest, *values: Callable[[Item], Any]) -> Page[Item]:
    """Cut `rows` (fetched with limit + 1) into a page; `values` give a row's sort values."""
    if len(rows) <= request.limit:
        return Page(rows, None)
    items = rows[: request.limit]
    return Page(items, write_cursor([value(items[-1]) for value in values]))
