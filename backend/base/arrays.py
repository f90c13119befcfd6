"""How many values travel to PostgreSQL as one: in its binary form, which neither side has to spell out and read.

An array is its head (dimensions, whether any is missing, the elements' type, how many, the first one's number) and
its elements, each behind its length in bytes; the length -1 stands for a missing one.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from backend.base.database import UtcDateTime

Element = Callable[[Any], bytes]  # of a value that is there, its length before it

_HEAD = struct.Struct("!iiIii").pack
_EMPTY_HEAD = struct.Struct("!iiI").pack
_LENGTH = struct.Struct("!i").pack
_INT2 = struct.Struct("!ih").pack
_INT4 = struct.Struct("!ii").pack
_INT8 = struct.Struct("!iq").pack
_BOOL = struct.Struct("!i?").pack
_MISSING = _LENGTH(-1)
_UUID_LENGTH = _LENGTH(16)
# From when PostgreSQL counts, and in what.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def array_encoder(type_: TypeEngine[Any]) -> Callable[[Iterable[Any]], bytes]:
    """For arrays of the type. Raises TypeError for a type not sent so far."""
    found = next(((oid, encode) for kind, oid, encode in _KINDS if isinstance(type_, kind)), None)
    if found is None:
        raise TypeError(f"no binary form is known for elements of type {type_!r}")
    oid, encode = found
    missing = encode(None) if isinstance(type_, JSON) else _MISSING  # JSON has a null of its own

    def array(values: Iterable[Any]) -> bytes:
        elements = []
        last: Any = values  # none of them
        element = b""
        try:
            for value in values:
                if value is not last:  # columns often hold the same in every row
                    last, element = value, missing if value is None else encode(value)
                elements.append(element)
        except struct.error as error:
            _refuse(str(error))
        if not elements:
            return _EMPTY_HEAD(0, 0, oid)
        return _HEAD(1, 1, oid, len(elements), 1) + b"".join(elements)

    return array


def _refuse(reason: str) -> None:
    from psycopg import DataError  # here and not above: a server on SQLite starts without it

    raise DataError(reason)


def _text(value: str) -> bytes:
    data = value.encode()
    if 0 in data:
        _refuse("PostgreSQL's text cannot hold a NUL")
    return _LENGTH(len(data)) + data


def _json(value: Any) -> bytes:
    data = orjson.dumps(value)
    return _LENGTH(len(data) + 1) + b"\1" + data  # the form's version


def _moment(value: datetime) -> bytes:
    if value.tzinfo is None:
        raise ValueError("a moment without its time zone")
    return _INT8(8, (value - _EPOCH) // _MICROSECOND)


def _day(value: date) -> bytes:
    return _INT4(4, value.toordinal() - _EPOCH.toordinal())


# Kind, its number in PostgreSQL's catalogue, how an element is written.
_KINDS: Sequence[tuple[type[TypeEngine[Any]], int, Element]] = (
    (Uuid, 2950, lambda value: _UUID_LENGTH + value.int.to_bytes(16)),
    (UtcDateTime, 1184, _moment),
    (BigInteger, 20, lambda value: _INT8(8, value)),
    (SmallInteger, 21, lambda value: _INT2(2, value)),
    (Integer, 23, lambda value: _INT4(4, value)),
    (Boolean, 16, lambda value: _BOOL(1, value)),
    (Date, 1082, _day),
    (JSON, 3802, _json),
    (LargeBinary, 17, lambda value: _LENGTH(len(value)) + value),
    (Text, 25, _text),
    (String, 1043, _text),
)
