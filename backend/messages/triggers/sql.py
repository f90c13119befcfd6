"""What the two databases spell differently when they write a notice's parameters themselves."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, String, Text, cast, func, literal_column, type_coerce

from backend.base.database import JsonDocument


def json_of(values: Mapping[str, ColumnElement[Any]], dialect: str) -> ColumnElement[Any]:
    """An object; a value that is a document stays one."""
    parts: list[ColumnElement[Any]] = []
    for name, value in values.items():
        key: ColumnElement[str] = literal_column(f"'{name}'", String())
        is_document = isinstance(value.type, type(JsonDocument))
        if dialect == "postgresql":
            parts += [key, value]
        else:
            parts += [key, func.json(type_coerce(value, Text())) if is_document else value]
    make = func.jsonb_build_object if dialect == "postgresql" else func.json_object
    return make(*parts, type_=JsonDocument)


def names_of(name_ja: ColumnElement[str], name_en: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """A name by language, as notices keep it."""
    return json_of({"ja": name_ja, "en": name_en}, dialect)


def id_text(column: ColumnElement[uuid.UUID], dialect: str) -> ColumnElement[str]:
    """With its hyphens, which SQLite does not keep."""
    text = cast(column, Text())
    if dialect == "postgresql":
        return text
    digits = type_coerce(column, Text())
    pieces = [
        func.substr(digits, first, length) for first, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    ]
    joined: ColumnElement[str] = pieces[0]
    for piece in pieces[1:]:
        joined = joined.concat("-").concat(piece)
    return joined


def day_of(moment: Any, dialect: str) -> ColumnElement[str]:
    """The city's day, as in "2026-06-30"."""
    return _day(moment, "0 seconds", dialect)


def last_day_before(moment: Any, dialect: str) -> ColumnElement[str]:
    """The city's day on which something that ends at the moment is still good."""
    return _day(moment, "-1 seconds", dialect)


def _day(moment: Any, shift: str, dialect: str) -> ColumnElement[str]:
    if dialect == "postgresql":
        local = func.timezone(literal_column("'Asia/Tokyo'"), moment + literal_column(f"interval '{shift}'"))
        return func.to_char(local, literal_column("'YYYY-MM-DD'"), type_=String())
    shifts: tuple[ColumnElement[str], ...] = (literal_column("'+9 hours'"), literal_column(f"'{shift}'"))
    return func.strftime(literal_column("'%Y-%m-%d'"), type_coerce(moment, Text()), *shifts, type_=String())


def later_of(one: Any, other: Any, dialect: str) -> ColumnElement[Any]:
    return (func.greatest if dialect == "postgresql" else func.max)(one, other, type_=one.type)
