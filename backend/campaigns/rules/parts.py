"""How the parts of a rule are read from JSON, checked and written back: each part says once what it may hold."""

import dataclasses
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from backend.base.errors import Refused

Part = TypeVar("Part")
LIST_MAX = 500


class RuleContradictory(Refused):
    """A rule that could never mean one thing; `field` names the part, such as `rule.when.until_minute`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`read` takes a value as JSON or as Python keeps it, and its path; it raises RuleContradictory."""

    read: Callable[[Any, str], Any]
    write: Callable[[Any], Any] = lambda value: value


def part(kind: Kind, *, key: str | None = None, **default: Any) -> Any:
    """A dataclass field that holds a `kind`; required without a `default`. `key`: its name in JSON, if another."""
    return dataclasses.field(**default, metadata={"kind": kind, "key": key})


def whole(low: int, high: int) -> Kind:
    def read(value: Any, path: str) -> int:
        if type(value) is not int or not low <= value <= high:
            raise RuleContradictory(field=path)
        return value

    return Kind(read)


def flag() -> Kind:
    def read(value: Any, path: str) -> bool:
        if not isinstance(value, bool):
            raise RuleContradictory(field=path)
        return value

    return Kind(read)


def word(pattern: str) -> Kind:
    matches = re.compile(pattern).fullmatch

    def read(value: Any, path: str) -> str:
        if not isinstance(value, str) or not matches(value):
            raise RuleContradictory(field=path)
        return value

    return Kind(read)


def choice(*words: str) -> Kind:
    def read(value: Any, path: str) -> str:
        if not isinstance(value, str) or value not in words:
            raise RuleContradictory(field=path)
        return value

    return Kind(read)


def member_of(enum: type[StrEnum]) -> Kind:
    def read(value: Any, path: str) -> StrEnum:
        if not isinstance(value, str) or value not in enum.__members__.values():
            raise RuleContradictory(field=path)
        return enum(value)

    return Kind(read, str)


def identity() -> Kind:
    def read(value: Any, path: str) -> uuid.UUID:
        try:
            return value if isinstance(value, uuid.UUID) else uuid.UUID(hex=value)
        except (AttributeError, TypeError, ValueError) as error:
            raise RuleContradictory(field=path) from error

    return Kind(read, str)


def day() -> Kind:
    def read(value: Any, path: str) -> date:
        try:
            return value if type(value) is date else date.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise RuleContradictory(field=path) from error

    return Kind(read, date.isoformat)


def set_of(kind: Kind) -> Kind:
    def read(value: Any, path: str) -> frozenset[Any]:
        return frozenset(_read_all(kind, value, path))

    return Kind(read, lambda value: sorted(kind.write(item) for item in value))


def tuple_of(kind: Kind, *, at_most: int) -> Kind:
    def read(value: Any, path: str) -> tuple[Any, ...]:
        items = _read_all(kind, value, path)
        if len(items) > at_most:
            raise RuleContradictory(field=path)
        return tuple(items)

    return Kind(read, lambda value: [kind.write(item) for item in value])


def _read_all(kind: Kind, value: Any, path: str) -> list[Any]:
    if not isinstance(value, list | tuple | set | frozenset) or len(value) > LIST_MAX:
        raise RuleContradictory(field=path)
    return [kind.read(item, f"{path}.{index}") for index, item in enumerate(value)]


def nested(cls: type[Any]) -> Kind:
    return Kind(lambda value, path: read_part(cls, value, path), write_part)


def _kinds(cls: type[Any]) -> Mapping[str, tuple[str, Kind]]:
    """Key in JSON → name of the field, its kind."""
    return {
        field.metadata["key"] or field.name: (field.name, field.metadata["kind"])
        for field in dataclasses.fields(cls)
    }


def read_fields(cls: type[Any], value: Any, path: str) -> dict[str, Any]:
    """The fields of a part, from JSON or from a part built by hand. What is None is as if not given."""
    kinds = _kinds(cls)
    if isinstance(value, cls):
        value = {key: getattr(value, name) for key, (name, _) in kinds.items()}
    if not isinstance(value, Mapping):
        raise RuleContradictory(field=path)
    for key in value:
        if key not in kinds:
            raise RuleContradictory(field=f"{path}.{key}")
    return {
        name: kind.read(value[key], f"{path}.{key}")
        for key, (name, kind) in kinds.items()
        if value.get(key) is not None
    }


def read_part(cls: type[Part], value: Any, path: str) -> Part:
    """A part that holds what it may; its own `check(path)` looks at what holds between its fields."""
    given = read_fields(cls, value, path)
    for key, (name, _) in _kinds(cls).items():
        if name not in given and _default(cls, name) is dataclasses.MISSING:
            raise RuleContradictory(field=f"{path}.{key}")
    found = cls(**given)
    if check := getattr(found, "check", None):
        check(path)
    return found


def write_part(value: Any) -> dict[str, Any]:
    """As kept in the database: only what says something."""
    cls = type(value)
    found = {key: (getattr(value, name), kind, name) for key, (name, kind) in _kinds(cls).items()}
    return {key: kind.write(held) for key, (held, kind, name) in found.items() if held != _default(cls, name)}


def _default(cls: type[Any], name: str) -> Any:
    return next(field.default for field in dataclasses.fields(cls) if field.name == name)
