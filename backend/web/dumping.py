"""Answers, shaped by their schemas: what `Schema.dump` does, prepared once.

orjson writes ids, moments and numbers itself, so that all that is left to do is picking. Only fields of the
kinds named here may stand in an answer's schema; another kind is refused when the route is registered.
"""

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, fields, missing
from marshmallow.utils import get_value

Dumper = Callable[[Any], Any]

AS_THEY_ARE = (
    fields.String,
    fields.UUID,
    fields.Integer,
    fields.Float,
    fields.Boolean,
    fields.AwareDateTime,
    fields.Date,
    fields.Dict,
)


def make_dumper(schema: Schema) -> Dumper:
    """From a mapping or an object to a dict of the schema's fields; what the value lacks is left out.

    Raises TypeError for a field of a kind that is not known here.
    """
    steps = [
        (field.data_key or name, field.attribute or name, _field_dumper(field))
        for name, field in schema.dump_fields.items()
    ]

    def dump(value: Any) -> dict[str, Any]:
        shaped = {}
        pick = _pick_from_dict if type(value) is dict else get_value
        for key, attribute, dump_field in steps:
            found = pick(value, attribute, missing)
            if found is not missing:
                shaped[key] = found if dump_field is None or found is None else dump_field(found)
        return shaped

    return dump


def _pick_from_dict(value: dict[str, Any], attribute: str, default: Any) -> Any:
    return value[attribute] if attribute in value else get_value(value, attribute, default)


def _field_dumper(field: fields.Field[Any]) -> Dumper | None:
    """None for what goes as it is."""
    if isinstance(field, fields.Nested) and not field.many:
        return make_dumper(field.schema)
    if isinstance(field, fields.List):
        inner = _field_dumper(field.inner)
        return list if inner is None else lambda values: [inner(value) for value in values]
    if isinstance(field, AS_THEY_ARE):
        return None
    raise TypeError(f"an answer cannot hold a field of the kind {type(field).__name__}")
