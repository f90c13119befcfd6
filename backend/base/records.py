"""Dataclasses that are made many times a request."""

from dataclasses import fields, make_dataclass
from typing import Any, TypeVar

Record = TypeVar("Record")


def made_often(cls: type[Record]) -> type[Record]:
    """Of a frozen dataclass: still frozen to mypy, which is what keeps it so; at run time nobody looks.

    A frozen one sets each field by a call of its own, so that making one takes four times as long; a purchase in a
    batch makes thirty.
    """
    made: Any = cls
    checks = {"__post_init__": made.__post_init__} if hasattr(cls, "__post_init__") else {}
    parts = [(part.name, part.type, part) for part in fields(made)]
    ordinary: Any = make_dataclass(cls.__name__, parts, namespace=checks)
    made.__init__ = ordinary.__init__
    for guard in ("__setattr__", "__delattr__"):
        delattr(cls, guard)
    return cls
